import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { folderOf, root, type Step } from "../catalog.ts";
import { starterFolder } from "./answers.ts";
import type { Cell } from "./cell.ts";
import { filesIn } from "./files.ts";

/**
 * What every cell stands on: how code is started, watched, checked and compared, the page that all
 * steps serve, and the packages. Of the workshop itself only what the checks use.
 */
export const SHARED: readonly string[] = [
  "checks/experiments",
  "checks/support",
  "page",
  "package-lock.json",
  "workshop/check",
  "workshop/stage",
  "workshop/trace",
  "workshop/verify",
  "workshop/testing/worker.ts",
  "workshop/terminal/clean.ts",
  ...["catalog", "elision", "problems", "regions", "text", "version"].map(
    (name) => `workshop/${name}.ts`,
  ),
];
/** Tests of those say nothing about a cell. */
const TEST = /\.test\.ts$/;

/**
 * A fingerprint of all that the outcome of a cell depends on: besides what is shared, the step's
 * checks, the code of the cell, what is written down of it, and this version of Node.
 */
export function fingerprintOf({ step, kind, answer }: Cell): string {
  return fingerprint([
    ...SHARED.map((path) => join(root, path)),
    checksFile(step),
    ...(kind === "starter"
      ? [folderOf(step, "starter"), starterFolder(step)]
      : [folderOf(step, "solution")]),
    ...(answer ? [answer.dir] : []),
  ]);
}

function checksFile(step: Step): string {
  return join(root, "checks", `${step.slug}.check.ts`);
}

/** A fingerprint of files, and of all files in folders; what is not there is nothing. */
export function fingerprint(paths: readonly string[]): string {
  const hash = createHash("sha256").update(process.version);
  for (const path of paths) {
    for (const file of allFiles(path)) {
      hash.update(`\0${file}\0`).update(readFileSync(join(path, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** The file itself, or those of the folder, by their names in it. */
function allFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  return statSync(path).isFile() ? [""] : filesIn(path).filter((file) => !TEST.test(file));
}
