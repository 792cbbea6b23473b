import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../../workshop/catalog.ts";
import { onInterrupt } from "../../workshop/interrupt.ts";
import { UsageProblem } from "../../workshop/problems.ts";
import { openRun } from "../../workshop/stage/run.ts";
import { columns } from "../../workshop/text.ts";
import { describeCommit, describeMachine } from "../../workshop/verify/machine.ts";
import { conduct } from "./conduct.ts";
import type { Experiment, Size } from "./experiment.ts";
import { keepReport } from "./keep.ts";
import { textOf, writeReport } from "./report.ts";
import { RESULTS, runsOf, Store, type RunInfo } from "./store.ts";
import { keyOf } from "./summary.ts";

/** So many orders are enough, and a seed stays short. */
const SEEDS = 10_000;

/** How an experiment is to be run. */
export interface Wish {
  size: Size;
  resume: boolean;
  /** Whether it is one of all: then all are gone on with. */
  isOneOfAll?: boolean;
}

/**
 * Runs one experiment, writes its report and prints it. Ctrl-C keeps what is done, with a report on it.
 *
 * @throws UsageProblem when there is nothing to resume.
 */
export async function runOne(experiment: Experiment, wish: Wish): Promise<Store> {
  const store = wish.resume ? resume(experiment, wish.size) : await begin(experiment, wish.size);
  await using run = await openRun();
  const interrupted = new AbortController();
  using _ = onInterrupt(async () => {
    interrupted.abort(new Error("It was interrupted."));
    if (store.done > 0) writeReport(experiment, store);
    console.error(`\n${aboutRest(experiment, store, wish)}`);
    await run[Symbol.asyncDispose]();
  });
  try {
    await conduct(experiment, store, run, interrupted.signal);
  } catch (error) {
    // The one who was asked to end is about to: nothing that breaks meanwhile is news.
    if (interrupted.signal.aborted) await new Promise(() => {});
    if (store.done > 0) writeReport(experiment, store);
    console.error(aboutRest(experiment, store, wish));
    throw error;
  }
  const report = writeReport(experiment, store);
  console.log(`\n${textOf(experiment, store.info, report, columns())}`);
  console.log(`\nReport, plots and all samples: ${relative(root, store.folder)}`);
  return store;
}

async function begin(experiment: Experiment, size: Size): Promise<Store> {
  const { rounds, places, varied, held } = experiment.design(size);
  const info: RunInfo = {
    experiment: experiment.name,
    size,
    command: `npm run lab ${experiment.name}${size === "quick" ? " -- --quick" : ""}`,
    startedAt: new Date().toISOString(),
    took: 0,
    rounds,
    seed: randomInt(SEEDS),
    places,
    varied,
    held,
    machine: await describeMachine(),
    commit: describeCommit(),
    load: [],
  };
  return Store.create(info);
}

function resume(experiment: Experiment, size: Size): Store {
  const { name } = experiment;
  const store = Store.latestUnfinished(name, size);
  const option = size === "quick" ? " --quick" : "";
  if (!store) throw new UsageProblem(`No${option} run of ${name} is unfinished.`);
  const { rounds, places } = experiment.design(size);
  const isSame =
    store.info.rounds === rounds &&
    places.map(keyOf).join() === store.info.places.map(keyOf).join();
  if (isSame) return store;
  throw new UsageProblem(
    `The unfinished run of ${name} was of another plan than today's: npm run lab ${name}${option && ` --${option}`} begins anew.`,
  );
}

function aboutRest(
  { name }: Experiment,
  { folder, done, info }: Store,
  { isOneOfAll }: Wish,
): string {
  const all = info.rounds * info.places.length;
  const option = info.size === "quick" ? " --quick" : "";
  return [
    `${done} of ${all} are done and kept in ${relative(root, folder)}.`,
    `npm run lab ${isOneOfAll ? "all" : name} --${option} --resume   goes on with them.`,
  ].join("\n");
}

/** When all were begun: what has come to its end since is done. */
interface Tour {
  startedAt: string;
}

/**
 * Runs all experiments, one after the other. What is done is not done again when it is resumed.
 *
 * @throws UsageProblem when there is nothing to resume.
 */
export async function runAll(
  experiments: readonly Experiment[],
  { size, resume: isResumed }: Wish,
  { keep }: { keep: boolean },
): Promise<void> {
  const known = isResumed ? readTour(size) : undefined;
  if (isResumed && !known) throw new UsageProblem("There is no run of all to go on with.");
  const tour: Tour = known ?? { startedAt: new Date().toISOString() };
  if (!known) writeTour(size, tour);
  for (const [at, experiment] of experiments.entries()) {
    const runs = runsOf(experiment.name)
      .map((folder) => Store.open(folder).info)
      .filter((info) => info.size === size && info.startedAt >= tour.startedAt);
    if (runs.some(({ finishedAt }) => finishedAt !== undefined)) continue;
    console.error(`${experiment.name} (${at + 1} of ${experiments.length})`);
    await runOne(experiment, { size, resume: runs.length > 0, isOneOfAll: true });
    if (keep) console.log(`Kept in ${keepReport(experiment)}`);
  }
}

function tourFile(size: Size): string {
  return join(RESULTS, `all-${size}.json`);
}

function readTour(size: Size): Tour | undefined {
  const file = tourFile(size);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function writeTour(size: Size, tour: Tour): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(tourFile(size), `${JSON.stringify(tour)}\n`);
}
