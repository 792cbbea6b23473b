import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { folderOf, root, type Step } from "./catalog.ts";
import { UsageProblem } from "./problems.ts";

/** The languages that the READMEs are written in; everything else that is printed is English. */
export type Language = "en" | "ja";

const README: Record<Language, string> = { en: "README.md", ja: "README.ja.md" };

let chosen: Language | undefined;

/**
 * Chooses the language of the READMEs, before what the environment says.
 *
 * @throws UsageProblem for a language that they are not written in.
 */
export function chooseLanguage(name: string): void {
  if (name !== "en" && name !== "ja") {
    throw new UsageProblem(`There is no ${name}: the languages are en and ja. Example: --lang ja`);
  }
  chosen = name;
}

/** The chosen language, else that of the environment (`LC_ALL`, `LC_MESSAGES`, `LANG`), else English. */
export function language(env: NodeJS.ProcessEnv = process.env): Language {
  if (chosen) return chosen;
  // The first that is set decides, also where it is for English.
  const wanted = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return /^ja(?:[_.-]|$)/.test(wanted) ? "ja" : "en";
}

/** The README of a step in that language, as a path from the root of the clone; English where there is none. */
export function readmeOf(step: Step, wanted: Language = language()): string {
  const folder = folderOf(step, "starter");
  const file = join(folder, README[wanted]);
  return relative(root, existsSync(file) ? file : join(folder, README.en));
}

/** The title of a step in that language: what its README's headline says behind the number. */
export function titleOf(step: Step, wanted: Language = language()): string {
  if (wanted === "en") return step.title;
  const [, title] = /^# .*?\d+ · (.+)$/m.exec(readmeText(step, wanted)) ?? [];
  return title?.trim() ?? step.title;
}

/** The text of that README. */
export function readmeText(step: Step, wanted: Language = language()): string {
  return readFileSync(join(root, readmeOf(step, wanted)), "utf8");
}
