import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { folderInGit, root, type Step } from "../catalog.ts";
import type { Checker } from "../check/checker.ts";
import { reportOf } from "../check/report.ts";
import { verdictOf, type CheckResult } from "../check/verdict.ts";
import { Inconclusive, MachineProblem } from "../problems.ts";
import { answersOf, starterFolder, type Answer } from "./answers.ts";
import { AnswerProblem, compose, type Composed } from "./compose.ts";
import { differenceOf } from "./difference.ts";
import {
  matches,
  readTranscript,
  transcriptFile,
  transcriptOf,
  writeTranscript,
} from "./transcript.ts";

const WIDTH = 100;

/** What a field of the matrix holds. Those of the ablation have no checks: they are measured. */
export type CellKind = "solution" | "starter" | "wrong" | "right" | "ablation";

/** One field of the matrix: some code, and what the checks must say of it. */
export interface Cell {
  step: Step;
  kind: Exclude<CellKind, "ablation">;
  /** `solution`, `starter`, or the name of the answer. */
  name: string;
  answer?: Answer | undefined;
}

/** `held`: the checks said what they must. The last two: the machine did not let them judge. */
export type Outcome = "held" | "failed" | "your machine" | "inconclusive";

/** How a cell ended once. */
export interface CellRun {
  outcome: Outcome;
  /** How long it took, in ms. */
  ms: number;
  /** What is not as it must be, unless it held. */
  problem?: string | undefined;
  /** True when what was seen has been written down. */
  recorded?: boolean | undefined;
  /** What was measured, in a cell of the ablation. */
  figures?: object | undefined;
}

export interface CellOptions {
  /** Runs all checks on a wrong answer, not only the one that it must fail. */
  full?: boolean | undefined;
  /** Leaves out, where all checks are run, those that break something on purpose. */
  withoutFaults?: boolean | undefined;
  /** Writes down what is seen instead of comparing it with what was written down. */
  record?: boolean | undefined;
}

/** All cells of a step. */
export function cellsOf(step: Step): Cell[] {
  return [
    { step, kind: "solution", name: "solution" },
    { step, kind: "starter", name: "starter" },
    ...answersOf(step).map((answer) => ({
      step,
      kind: answer.kind,
      name: answer.name,
      answer,
    })),
  ];
}

/** Runs the checks on the code of a cell, and says what is not as it must be. It never throws. */
export async function runCell(
  cell: Cell,
  checker: Pick<Checker, "run">,
  options: CellOptions = {},
): Promise<CellRun> {
  const start = performance.now();
  const ended = await judge(cell, checker, options).catch(endOfError);
  return { ...ended, ms: Math.round(performance.now() - start) };
}

/** How a run ended, whatever it took. */
export type End = Omit<CellRun, "ms">;

const HELD: End = { outcome: "held" };
const failed = (problem: string): End => ({ outcome: "failed", problem });

/** What was thrown, as the end of a run: what the machine lacks is no failure. */
export function endOfError(error: unknown): End {
  if (error instanceof MachineProblem) {
    return { outcome: "your machine", problem: `${error.message}\nMend it: ${error.remedy}` };
  }
  if (error instanceof Inconclusive) return { outcome: "inconclusive", problem: error.message };
  if (error instanceof AnswerProblem) return failed(error.message);
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return failed(`It could not be run: ${reason}`);
}

async function judge(
  cell: Cell,
  checker: Pick<Checker, "run">,
  options: CellOptions,
): Promise<End> {
  const { kind, answer } = cell;
  using code = codeOf(cell);
  const results = await ask(cell, code.dir, checker, options);
  if (kind === "solution" || kind === "right") return endOfGood(results, code.dir);
  const judged = answer ? caughtBy(answer, results) : failedFirst(results);
  if (!("result" in judged)) return failed(judged.problem);
  return endOfBad(cell, judged.result, code.dir, options);
}

/** Runs all checks; on a wrong answer only the one that it must fail. */
async function ask(
  { step, kind, answer }: Cell,
  dir: string,
  checker: Pick<Checker, "run">,
  { full, withoutFaults }: CellOptions,
): Promise<CheckResult[]> {
  const run = (which: { only?: string | undefined; withoutFaults?: boolean | undefined }) =>
    checker.run({ step, dir, ...which, untilAllHasEnded: true }, () => {});
  if (kind !== "wrong" || full) return run({ withoutFaults });
  const results = await run({ only: answer?.check });
  // The one before all others, whether the code can be read, cannot be asked alone.
  return results.length > 0 ? results : run({ withoutFaults });
}

/** @throws AnswerProblem when an answer cannot be put together. */
function codeOf({ step, answer, kind }: Cell): Composed {
  if (answer) return compose(answer);
  const dir = folderInGit(step, kind === "starter" ? "starter" : "solution");
  return { dir, [Symbol.dispose]() {} };
}

/** A solution, or another right answer, passes all checks. */
function endOfGood(results: readonly CheckResult[], dir: string): End {
  const verdict = verdictOf(results);
  if (verdict === "passed") return HELD;
  const told = results.filter(({ outcome }) => outcome !== "passed" && outcome !== "skipped");
  const problem = stripVTControlCharacters(
    told.flatMap((result) => reportOf(result, dir, WIDTH)).join("\n"),
  );
  return {
    outcome: verdict === "not yet" ? "failed" : verdict,
    problem: problem || "No check ran.",
  };
}

type Judged = { result: CheckResult } | { problem: string };

/** What became of the check that a wrong answer must fail. */
function caughtBy({ check, step }: Answer, results: readonly CheckResult[]): Judged {
  const result = results.find(({ title }) => title === check);
  if (!result) return { problem: `Step ${step.number} has no check that is called "${check}".` };
  if (result.outcome !== "skipped") return { result };
  const blocking = results.find(({ outcome }) => outcome === "not yet");
  return { problem: `"${check}" is not even run: "${blocking?.title}" fails before it.` };
}

/** What a learner reads first. */
function failedFirst(results: readonly CheckResult[]): Judged {
  const result =
    results.find(({ outcome }) => outcome === "not yet") ??
    results.find(({ outcome }) => outcome !== "passed" && outcome !== "skipped");
  return result ? { result } : { problem: "No check fails." };
}

/** What is wrong fails for the reason that is written down. */
function endOfBad(cell: Cell, result: CheckResult, dir: string, { record }: CellOptions): End {
  const { step, answer } = cell;
  const seen = transcriptOf(result, step, dir);
  if (result.outcome === "passed") return failed(`It is not caught:\n${seen}`);
  if (result.outcome === "your machine" || result.outcome === "inconclusive") {
    return { outcome: result.outcome, problem: seen };
  }
  const folder = answer?.dir ?? starterFolder(step);
  const written = readTranscript(folder);
  if (written !== undefined && matches(written, seen)) return HELD;
  if (record) {
    writeTranscript(folder, seen);
    return { ...HELD, recorded: true };
  }
  const file = relative(root, transcriptFile(folder));
  return failed(
    written === undefined
      ? `There is no ${file}; --record writes down what is seen:\n${seen}`
      : `It fails with other words than those in ${file} (-: written down, +: seen):\n${differenceOf(written, seen)}`,
  );
}
