import { basename, dirname, join } from "node:path";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { folderInGit, folderOf, NOTES, steps, type Step } from "./catalog.ts";

const FILE = join(NOTES, "progress.json");

const EDITOR = { extends: "../tsconfig.json", include: ["."] };

interface Progress {
  /** When each step was passed for the first time (ISO 8601), by slug. */
  passed: Record<string, string>;
}

/** What has been passed so far. Nothing, when the file is missing or torn. */
function readProgress(): Progress {
  try {
    const { passed } = JSON.parse(readFileSync(FILE, "utf8"));
    return { passed: typeof passed === "object" && passed !== null ? passed : {} };
  } catch {
    return { passed: {} };
  }
}

/** Notes that a step was passed. The first time counts. */
export function notePassed(step: Step): void {
  const { passed } = readProgress();
  if (passed[step.slug]) return;
  passed[step.slug] = new Date().toISOString();
  mkdirSync(NOTES, { recursive: true });
  // Written beside and moved into place: a reader sees the old notes or the new, never half of them.
  const draft = `${FILE}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ passed }, null, 2)}\n`);
  renameSync(draft, FILE);
}

/** The first step that has not been passed; the last one when all have been. */
export function nextStep(): Step {
  const { passed } = readProgress();
  const step = steps.find(({ slug }) => !passed[slug]) ?? steps.at(-1);
  if (!step) throw new Error("The catalogue is empty.");
  return step;
}

/**
 * The learner's copy of a step, made from the starter where it is missing. What is there is never
 * touched.
 */
export function learnersCopy(step: Step): { dir: string; isNew: boolean } {
  const dir = folderOf(step, "work");
  if (existsSync(dir)) return { dir, isNew: false };
  const draft = `${dir}.${process.pid}`;
  // The README stays in steps/, where `git pull` keeps it current.
  const isCode = (file: string) => basename(file) !== "README.md";
  cpSync(folderInGit(step, "starter"), draft, { recursive: true, filter: isCode });
  renameSync(draft, dir);
  // For the editor alone: what is half written must not break `npm run typecheck`.
  const settings = join(dirname(dir), "tsconfig.json");
  if (!existsSync(settings)) writeFileSync(settings, `${JSON.stringify(EDITOR, null, 2)}\n`);
  return { dir, isNew: true };
}
