import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, type Step } from "../catalog.ts";

/** The folder of all answers; below it one for each step, by its two-digit number. */
export const ANSWERS = join(root, "checks", "answers");

/** Beside the answers of a step lies what its starter must fail with. */
const STARTER = "starter";

/** A way in which a person might do a step, kept to prove the checks with. */
export interface Answer {
  step: Step;
  kind: "wrong" | "right";
  /** Its folder's name: `wrong-fork-mode`. */
  name: string;
  dir: string;
  /** What is different in it, in one line. */
  what: string;
  /** The title of the check that a wrong one fails. */
  check?: string | undefined;
  /** Files of the solution that it does without. */
  without: readonly string[];
  /** Why it cannot be run: what it says of itself is not as it must be. */
  flaw?: string | undefined;
}

/** The folder with the answers of a step: `checks/answers/03`. */
function answersFolder(step: Step): string {
  return join(ANSWERS, String(step.number).padStart(2, "0"));
}

/** The folder in which it is written down what the starter of a step must fail with. */
export function starterFolder(step: Step): string {
  return join(answersFolder(step), STARTER);
}

/** The answers of a step, the wrong ones first, each kind by name. */
export function answersOf(step: Step, folder = answersFolder(step)): Answer[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== STARTER)
    .map(({ name }) => readAnswer(step, join(folder, name), name))
    .sort((a, b) => b.kind.localeCompare(a.kind) || a.name.localeCompare(b.name));
}

function readAnswer(step: Step, dir: string, name: string): Answer {
  const kind = name.startsWith("right-") ? "right" : "wrong";
  try {
    const about = readAbout(dir);
    const { what, check, without = [] } = about;
    if (!/^(wrong|right)-./.test(name)) throw new Error("Its name begins with wrong- or right-.");
    if (typeof what !== "string" || what === "") {
      throw new Error('answer.json: "what" says in one line what is different in it.');
    }
    if (kind === "wrong" && typeof check !== "string") {
      throw new Error('answer.json: "check" is the title of the check that it must fail.');
    }
    if (!Array.isArray(without)) throw new Error('answer.json: "without" is a list of files.');
    return {
      step,
      kind,
      name,
      dir,
      what,
      check: typeof check === "string" ? check : undefined,
      without: without.map(String),
    };
  } catch (error) {
    const flaw = error instanceof Error ? error.message : String(error);
    return { step, kind, name, dir, what: "", without: [], flaw };
  }
}

function readAbout(dir: string): Record<string, unknown> {
  const file = join(dir, "answer.json");
  if (!existsSync(file)) throw new Error("It has no answer.json that says what it is.");
  let about: unknown;
  try {
    about = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`answer.json: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof about !== "object" || about === null) throw new Error("answer.json: it is no object.");
  return { ...about };
}
