import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { folderInGit, type Step } from "./catalog.ts";
import { filesBelow } from "./copy/starter.ts";
import { compareLines, readLines, type Hunk } from "./diff/lines.ts";

export { renderDiff, type DiffOptions } from "./diff/render.ts";

/** More than a person writes; in bytes. */
const BIGGEST = 1_000_000;

/** How one file of the learner's differs from the solution's. */
export interface FileDiff {
  /** Its path in the step's folder, with `/` between folders. */
  file: string;
  /**
   * `changed`: both have it. `missing`: only the solution has it. `extra`: only the learner has it.
   * `unreadable`: the learner's is no text, or too big to be compared.
   */
  kind: "changed" | "missing" | "extra" | "unreadable";
  /** Where they differ, with three lines around; none for `extra` and `unreadable`. */
  hunks: Hunk[];
}

/**
 * The differences between the code in a folder and the solution of a step: first in the files that
 * the learner edits, then in the others. The lines that mark a region are no difference, nor is how
 * a line ends. Nothing, when the code equals the solution.
 */
export function diffOf(step: Step, dir: string): FileDiff[] {
  const solution = folderInGit(step, "solution");
  const theirs = filesBelow(solution);
  const mine = existsSync(dir) ? filesBelow(dir) : [];
  const others = [...new Set([...theirs, ...mine])].filter((file) => !step.edit.includes(file));
  return [...step.edit, ...others.sort()].flatMap((file) => {
    const wanted = theirs.includes(file) ? join(solution, file) : undefined;
    const diff = compareFiles(file, join(dir, file), wanted);
    return diff ? [diff] : [];
  });
}

/** Undefined when they are equal. */
function compareFiles(
  file: string,
  mine: string,
  theirs: string | undefined,
): FileDiff | undefined {
  if (theirs === undefined) return { file, kind: "extra", hunks: [] };
  const wanted = readLines(readFileSync(theirs, "utf8"));
  if (!existsSync(mine)) return { file, kind: "missing", hunks: compareLines([], wanted) };
  const text = textOf(mine);
  if (text === undefined) return { file, kind: "unreadable", hunks: [] };
  const hunks = compareLines(readLines(text), wanted);
  return hunks.length > 0 ? { file, kind: "changed", hunks } : undefined;
}

/** The text of a file; undefined for what a person would not read as one. */
function textOf(path: string): string | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > BIGGEST) return undefined;
    const text = readFileSync(path, "utf8");
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
