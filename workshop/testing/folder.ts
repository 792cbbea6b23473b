import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../catalog.ts";

/** Not in git, and inside the clone: what lies here finds the clone's packages. */
const SCRATCH = join(root, ".scratch");

/** A folder for one test, gone when it is disposed. */
export interface Folder extends Disposable {
  path: string;
  /** Writes a file into it and gives the file's path. */
  write: (name: string, text: string) => string;
}

/**
 * Makes a folder with these files. Its name has a space and letters beyond ASCII in it: a path to
 * the clone may have them, too.
 */
export function makeFolder(files: Record<string, string> = {}): Folder {
  mkdirSync(SCRATCH, { recursive: true });
  const base = mkdtempSync(join(SCRATCH, "test-"));
  const path = join(base, "höhe mit leer");
  mkdirSync(path);
  const write = (name: string, text: string) => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { path, write, [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }) };
}
