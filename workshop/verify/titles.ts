import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, type Step } from "../catalog.ts";

/** `check("…"`, or what a step has made of it (`relayCheck`), with any of the three quotes. */
const CHECK = /^[ \t]*(?:check|\w+Check)\(\s*(["'`])((?:\\.|(?!\1).)*)\1/gms;
/** What is put into a title when it is run. */
const HOLE = /\$\{[^}]*\}/;

/**
 * The titles of a step's checks as they stand in its file, each as a pattern: some have numbers in
 * them that are constants of the file.
 */
export function titlesOf(step: Step): RegExp[] {
  return titlesIn(readFileSync(join(root, "checks", `${step.slug}.check.ts`), "utf8"));
}

export function titlesIn(source: string): RegExp[] {
  return [...source.matchAll(CHECK)].map(([, quote, title = ""]) => {
    const parts = quote === "`" ? title.split(HOLE) : [title];
    const plain = parts.map((part) =>
      part.replace(/\\(.)/g, "$1").replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`),
    );
    return new RegExp(`^${plain.join(".+")}$`);
  });
}
