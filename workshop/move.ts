import { cpSync, lstatSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { MachineProblem } from "./problems.ts";
import { until } from "./stage/until.ts";

/** On Windows a file cannot be replaced while another program has it open, which is mostly short. */
const WITHIN = 3_000;
const IN_USE = ["EPERM", "EACCES", "EBUSY"];

/**
 * Moves a file or a folder, also over a file that is there: at any moment it is there whole, at the
 * old place or the new. Onto another disk it is copied, and then the old one is deleted.
 *
 * @throws MachineProblem when another program keeps it open, or it may not be moved.
 */
export async function move(from: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true });
  let code = tryRename(from, to);
  if (IN_USE.includes(code)) {
    await until(
      () => (code = tryRename(from, to)),
      (answer) => !IN_USE.includes(answer),
      {
        within: process.platform === "win32" ? WITHIN : 0,
        otherwise: () => problem(from, to, code),
      },
    );
  }
  if (code === "EXDEV") moveFar(from, to);
}

/** Renames; gives "" or the code of what hinders it, when another way may do. */
function tryRename(from: string, to: string): string {
  try {
    renameSync(from, to);
    return "";
  } catch (error) {
    const code = codeOf(error);
    if (code === "EXDEV" || IN_USE.includes(code)) return code;
    throw error;
  }
}

function moveFar(from: string, to: string): void {
  const draft = `${to}.${process.pid}~`;
  try {
    copyTree(from, draft);
    renameSync(draft, to);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw problem(from, to, codeOf(error) || String(error));
  }
  rmSync(from, { recursive: true, force: true });
}

/**
 * Copies a file or a folder. Links are copied as links, wherever they lead; what is neither file,
 * folder nor link (a pipe, a socket) has no content and is left out.
 */
export function copyTree(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter(path) {
      const stats = lstatSync(path);
      return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink();
    },
  });
}

function problem(from: string, to: string, why: string): MachineProblem {
  return new MachineProblem(
    `${from} cannot be moved to ${to} (${why}).`,
    "close the program that uses it, and see that your user may write there",
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
