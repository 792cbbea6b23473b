import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { applyPatch, parsePatch, type StructuredPatch } from "diff";
import { folderInGit, root, type Step } from "../catalog.ts";
import { isAlive } from "../stage/processes.mjs";
import type { Answer } from "./answers.ts";
import { filesIn } from "./files.ts";

/** Beside the whole files of an answer: what it changes in those of the solution, as `git diff` says it. */
const PATCH = "changes.patch";
/** What the folders begin with in which answers are composed; the pid of their process comes next. */
const SCRATCH = ".scratch-answer-";

/** The folders in which trials of this process run. */
const inUse = new Set<string>();

/** A change of a few words in a file of the solution. */
export interface Edit {
  file: string;
  /** What stands there; exactly once. */
  take: string;
  /** What stands there instead. */
  put: string;
}

/** What is laid over the solution of a step. */
export type Overlay = Pick<Answer, "step" | "dir" | "without" | "flaw"> & {
  edits?: readonly Edit[] | undefined;
};

/** An answer cannot be put together: something in it does not fit. */
export class AnswerProblem extends Error {
  override readonly name = "AnswerProblem";

  constructor(dir: string, what: string) {
    super(`${relative(root, dir)}: ${what}`);
  }
}

/** A folder with the code of an answer, in the clone, so that its imports lead where they should. */
export interface Composed extends Disposable {
  dir: string;
}

/**
 * Lays an answer over the solution of its step: whole files replace the solution's, and `changes.patch`
 * changes lines in them, wherever in their file they stand by now.
 *
 * @throws AnswerProblem that says what does not fit: a file, or lines, that the solution has not.
 */
export function compose({ step, dir, without, flaw, edits = [] }: Overlay): Composed {
  if (flaw) throw new AnswerProblem(dir, flaw);
  const composed = copyOf(step);
  try {
    for (const file of without) remove(composed.dir, file);
    for (const file of filesIn(join(dir, "files"))) {
      lay(join(dir, "files", file), join(composed.dir, file));
    }
    for (const change of changesIn(join(dir, PATCH))) patch(change, composed.dir);
    for (const edit of edits) apply(edit, composed.dir);
    return composed;
  } catch (error) {
    composed[Symbol.dispose]();
    throw new AnswerProblem(dir, error instanceof Error ? error.message : String(error));
  }
}

/** The folders of trials of this process that are over and yet there: something writes into them. */
export function strayTrials(): string[] {
  return readdirSync(root)
    .filter((name) => name.startsWith(`${SCRATCH}${process.pid}-`))
    .map((name) => join(root, name))
    .filter((folder) => !inUse.has(folder));
}

/** Removes what processes that have been killed have left of their trials. */
export function sweepTrials(): void {
  for (const name of readdirSync(root)) {
    const [, pid] = new RegExp(`^${SCRATCH}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(root, name), { recursive: true, force: true });
  }
}

function remove(dir: string, file: string): void {
  if (!existsSync(join(dir, file))) throw new Error(`"without": the solution has no ${file}.`);
  rmSync(join(dir, file));
}

function apply({ file, take, put }: Edit, dir: string): void {
  const text = readFileSync(join(dir, file), "utf8");
  const count = text.split(take).length - 1;
  if (count !== 1)
    throw new Error(`${file}: it has ${JSON.stringify(take)} ${count} times, not once.`);
  writeFileSync(
    join(dir, file),
    text.replace(take, () => put),
  );
}

function lay(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target);
}

function changesIn(file: string): StructuredPatch[] {
  if (!existsSync(file)) return [];
  try {
    return parsePatch(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${PATCH}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function patch(change: StructuredPatch, dir: string): void {
  const file = change.newFileName?.replace(/^b\//, "");
  if (!file || change.hunks.length === 0)
    throw new Error(`${PATCH}: it does not say what changes.`);
  const target = join(dir, file);
  if (!existsSync(target)) throw new Error(`${PATCH}: the solution has no ${file}.`);
  const text = applyPatch(readFileSync(target, "utf8"), change);
  if (text === false) throw new Error(`${PATCH}: it does not fit the solution's ${file}.`);
  writeFileSync(target, text);
}

/** The solution of a step in a folder of its own. */
function copyOf(step: Step): Composed {
  // Two levels deep, as a learner's copy is.
  const above = mkdtempSync(join(root, `${SCRATCH}${process.pid}-`));
  inUse.add(above);
  const dir = join(above, step.slug);
  cpSync(folderInGit(step, "solution"), dir, { recursive: true });
  return {
    dir,
    [Symbol.dispose]() {
      inUse.delete(above);
      rmSync(above, { recursive: true, force: true });
    },
  };
}
