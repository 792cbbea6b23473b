import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { root } from "../../workshop/catalog.ts";
import { timeName } from "../../workshop/time-name.ts";
import type { Commit, Machine } from "../../workshop/verify/machine.ts";
import type { Found, Observation, Place, Size } from "./experiment.ts";
import { keyOf } from "./summary.ts";

/** Where results are kept, which git ignores; and reports, which are committed. Tests have their own. */
export const RESULTS = process.env.LAB_RESULTS ?? join(root, "lab", "results");
export const REPORTS = process.env.LAB_REPORTS ?? join(root, "lab", "reports");

/** What is known of a run of an experiment before it has found anything. */
export interface RunInfo {
  experiment: string;
  size: Size;
  /** What was typed. */
  command: string;
  startedAt: string;
  /** Absent while there is something left to do. */
  finishedAt?: string | undefined;
  /** How long it has been at work, in ms. */
  took: number;
  rounds: number;
  /** What the dice were thrown with that chose the order. */
  seed: number;
  places: readonly Place[];
  varied: readonly string[];
  held: readonly string[];
  machine: Machine;
  commit: Commit;
  /** The load average of the last minute, when each part of it began. */
  load: readonly number[];
}

/** A visit that was made, and what it has found. */
interface Visit {
  at: Place;
  round: number;
  ms: number;
  found: Found[];
}

/** A run of an experiment on disk: what is done is kept at once, whatever comes then. */
export class Store {
  readonly folder: string;
  info: RunInfo;
  readonly #visits: Visit[];

  private constructor(folder: string, info: RunInfo, visits: Visit[]) {
    this.folder = folder;
    this.info = info;
    this.#visits = visits;
  }

  /** Makes a new folder for a run. */
  static create(info: RunInfo, folder?: string): Store {
    const name = timeName(new Date(info.startedAt));
    const store = new Store(folder ?? join(RESULTS, info.experiment, name), info, []);
    mkdirSync(store.folder, { recursive: true });
    store.#writeInfo();
    return store;
  }

  /** Opens a run that is there. What was not written to its end is taken out of it. */
  static open(folder: string): Store {
    const info: RunInfo = JSON.parse(readFileSync(join(folder, INFO), "utf8"));
    const file = join(folder, VISITS);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    // Of a line that was being written when the machine went down, there is no end: the next one would
    // be glued to it.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole !== text) writeWhole(file, whole);
    const visits = whole
      .split("\n")
      .slice(0, -1)
      .map((line): Visit => JSON.parse(line));
    return new Store(folder, info, visits.map(withNever));
  }

  /** The latest run of an experiment that has not come to its end. */
  static latestUnfinished(experiment: string, size: Size): Store | undefined {
    return runsOf(experiment)
      .map((folder) => Store.open(folder))
      .findLast(({ info }) => info.size === size && info.finishedAt === undefined);
  }

  add(visit: Visit): void {
    this.#visits.push(visit);
    appendFileSync(join(this.folder, VISITS), `${JSON.stringify(visit)}\n`);
  }

  has(at: Place, round: number): boolean {
    const key = keyOf(at);
    return this.#visits.some((visit) => visit.round === round && keyOf(visit.at) === key);
  }

  get done(): number {
    return this.#visits.length;
  }

  get observations(): Observation[] {
    return this.#visits.flatMap(({ round, found }) => found.map((each) => ({ round, ...each })));
  }

  update(changes: Partial<RunInfo>): void {
    this.info = { ...this.info, ...changes };
    this.#writeInfo();
  }

  write(name: string, text: string): void {
    writeWhole(join(this.folder, name), text);
  }

  #writeInfo(): void {
    this.write(INFO, `${JSON.stringify(this.info, null, 1)}\n`);
  }
}

const INFO = "run.json";
const VISITS = "visits.ndjson";

/** The folders of an experiment's runs, the oldest first. */
export function runsOf(experiment: string): string[] {
  const folder = join(RESULTS, experiment);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, INFO)))
    .sort()
    .map((name) => join(folder, name));
}

/** JSON has no word for what never came. */
function withNever(visit: Visit): Visit {
  const found = visit.found.map((each) => ({
    ...each,
    samples: each.samples.map((sample: number | null) => sample ?? Infinity),
  }));
  return { ...visit, found };
}

/** So that whoever reads the file finds the old one or the new one, never a half. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}
