import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** The files of a folder and of those in it, by their paths in it; none when it is not there. */
export function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort();
}
