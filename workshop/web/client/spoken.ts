import type { CheckResult, Verdict } from "../../check/verdict.ts";
import { duration } from "./parts/format.ts";

/**
 * What a screen reader is to say after one more check. Only what does not hold is said while checks
 * run, and it stays until something else is: what holds must not take the words away again.
 */
export function spokenAfter(before: string, { outcome, title }: CheckResult): string {
  return outcome === "passed" || outcome === "skipped" ? before : `${outcome}: ${title}`;
}

/** What a verdict means beyond its name, where that is worth a word. */
const MEANINGS: Record<Verdict, string> = {
  passed: "",
  "not yet": "",
  "your machine": "This machine lacks something; what needs it was not judged.",
  inconclusive: "Your code was not judged; check again.",
};

/** `3 of 6 checks hold, in 4.1 s.` and what it means. */
export function summaryOf(verdict: Verdict, passed: number, of: number, took?: number): string {
  const time = took === undefined ? "" : `, in ${duration(took)}`;
  return `${passed} of ${of} checks hold${time}. ${MEANINGS[verdict]}`.trim();
}
