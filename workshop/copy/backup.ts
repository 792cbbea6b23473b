import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { NOTES, type Step } from "../catalog.ts";
import { readNote, writeNote } from "../notes.ts";
import { timeName } from "../time-name.ts";

const NAME = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)(?:-(\d+))?$/;
const UNFINISHED = ".part";

/** What belongs to a backup besides the files in it. */
export interface BackupNote {
  /** Whether it is of the whole copy, or of these files alone, which need not have been there. */
  isWhole: boolean;
  only: string[];
  /** The hashes of the starter that the files in it come from. */
  starter: Record<string, string>;
  /** Whether what it was made for has come to its end. */
  isDone: boolean;
}

const UNKNOWN: BackupNote = { isWhole: false, only: [], starter: {}, isDone: false };

/** A folder with what was replaced in a learner's copy. */
export interface Backup {
  path: string;
  note: BackupNote;
}

/** The latest backup of a step. */
export function latestBackup(step: Step): Backup | undefined {
  const name = namesOf(step).at(-1);
  if (!name) return undefined;
  return { path: join(folderFor(step), name), note: readNote(noteFor(step, name), UNKNOWN) };
}

/**
 * Makes a new backup: `fill` copies into it what must be in it before it is one. Its name comes after
 * those of all others, whatever the clock says.
 */
export function makeBackup(step: Step, note: BackupNote, fill: (folder: string) => void): Backup {
  clearUnfinished(step);
  const name = nameAfter(namesOf(step).at(-1));
  const path = join(folderFor(step), name);
  fill(path + UNFINISHED);
  writeNote(noteFor(step, name), note);
  renameSync(path + UNFINISHED, path);
  return { path, note };
}

/** Notes that what it was made for has come to its end. */
export function finishBackup(step: Step, { path, note }: Backup): void {
  const name = path.slice(folderFor(step).length + 1);
  writeNote(noteFor(step, name), { ...note, isDone: true });
}

/** The folder with a step's backups. It need not exist. */
export function folderFor(step: Step): string {
  return join(NOTES, "backups", step.slug);
}

function noteFor(step: Step, name: string): string {
  return join("backups", step.slug, `${name}.json`);
}

/** The names of a step's backups, the oldest first. */
function namesOf(step: Step): string[] {
  const folder = folderFor(step);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort((one, other) => compareParts(partsOf(one), partsOf(other)));
}

function nameAfter(latest: string | undefined): string {
  const now = timeName();
  if (!latest) return now;
  const [time, count] = partsOf(latest);
  return now > time ? now : `${time}-${count + 1}`;
}

function partsOf(name: string): [time: string, count: number] {
  const [, time = "", count = "1"] = NAME.exec(name) ?? [];
  return [time, Number(count)];
}

function compareParts(one: [string, number], other: [string, number]): number {
  if (one[0] !== other[0]) return one[0] < other[0] ? -1 : 1;
  return one[1] - other[1];
}

/** What a killed process has begun to write, when it had replaced nothing yet. */
function clearUnfinished(step: Step): void {
  const folder = folderFor(step);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const isUnfinished = name.endsWith(UNFINISHED) || /\.json\.\d+$/.test(name);
    if (isUnfinished) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
