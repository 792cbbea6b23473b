import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { folderInGit, type Step } from "../catalog.ts";

/**
 * The files of a starter that a learner's copy is made of, with `/` between folders. What is to be
 * read stays in steps/, where `git pull` keeps it current; hidden files are the system's.
 */
export function starterFiles(step: Step): string[] {
  return filesBelow(folderInGit(step, "starter")).filter((file) => !file.endsWith(".md"));
}

/** The SHA-256 of each file that a copy is made of, in hex. */
export function hashStarter(step: Step): Record<string, string> {
  const folder = folderInGit(step, "starter");
  return Object.fromEntries(
    starterFiles(step).map((file) => {
      const hash = createHash("sha256").update(readFileSync(join(folder, file)));
      return [file, hash.digest("hex")];
    }),
  );
}

/** All files in a folder and below, in order, without hidden ones and installed packages. */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const look = (inside: string) => {
    for (const entry of readdirSync(inside, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = join(inside, entry.name);
      // A link to a folder may lead anywhere, also back up.
      if (entry.isDirectory()) look(path);
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
    }
  };
  look(folder);
  return files.map((path) => relative(folder, path).split(sep).join("/")).sort();
}
