import type { Finding } from "../problems.ts";

/** The four values of a verdict, and their exit codes. */
export type Verdict = "passed" | "not yet" | "your machine" | "inconclusive";

export const EXIT_CODES: Record<Verdict, number> = {
  passed: 0,
  "not yet": 1,
  "your machine": 3,
  inconclusive: 4,
};
export const USAGE = 2;

/** What became of one check. `skipped`: it needs what an earlier one has found missing. */
export interface CheckResult {
  title: string;
  outcome: Verdict | "skipped";
  /** How long it took, in ms. */
  ms: number;
  /** For `not yet`. */
  finding?: Finding | undefined;
  /** For `your machine` and `inconclusive`: what is the matter, and what mends it. */
  problem?: { message: string; remedy?: string | undefined } | undefined;
  /** A few lines of what the check saw, when it has something to show. */
  evidence: string[];
  /** How many checks of the run are still to come. */
  toCome?: ToCome | undefined;
}

/** Checks that break something on purpose take their time, and come after the others. */
export interface ToCome {
  quick: number;
  faults: number;
}

/** What the learner can act on comes first; a check that says nothing does not pass. */
export function verdictOf(results: readonly CheckResult[]): Verdict {
  const outcomes = new Set(results.map(({ outcome }) => outcome));
  if (outcomes.has("not yet")) return "not yet";
  if (outcomes.has("your machine")) return "your machine";
  if (outcomes.has("inconclusive") || !outcomes.has("passed")) return "inconclusive";
  return "passed";
}

/** An error as it comes out of a check's process: data, no longer an instance. */
interface ThrownData {
  name?: string | undefined;
  message?: string | undefined;
  stack?: string | undefined;
  finding?: Finding;
  remedy?: string;
}

/**
 * Reads the outcome off what a check threw. What is none of our typed failures is a bug of the
 * workshop: nobody's code was judged, and its stack is kept.
 */
export function outcomeOf(
  thrown: ThrownData | undefined,
): Omit<CheckResult, "title" | "ms" | "evidence" | "toCome"> {
  if (!thrown) return { outcome: "passed" };
  if (thrown.finding) return { outcome: "not yet", finding: thrown.finding };
  if (thrown.name === "MachineProblem") {
    return {
      outcome: "your machine",
      problem: { message: thrown.message ?? "", remedy: thrown.remedy },
    };
  }
  if (thrown.name === "Inconclusive") {
    return { outcome: "inconclusive", problem: { message: thrown.message ?? "" } };
  }
  if (/timed out in \d+ms/.test(thrown.message ?? "")) {
    return {
      outcome: "inconclusive",
      problem: {
        message: "the check itself ran out of time",
        remedy: "Run it again when the machine is less busy.",
      },
    };
  }
  return {
    outcome: "inconclusive",
    problem: {
      message: `a bug in the workshop: ${thrown.stack ?? thrown.message ?? "unknown error"}`,
      remedy: "Your code was not judged. Please report this with the output of npm run doctor.",
    },
  };
}
