import type { CellRun, Outcome } from "./cell.ts";

/** What became of a cell in all its runs. `flaky`: it held in some and failed in others. */
export type CellState = Outcome | "flaky";

/** A failure is never outweighed: what has failed once and held otherwise is flaky. */
export function stateOf(runs: readonly CellRun[]): CellState {
  const outcomes = new Set(runs.map(({ outcome }) => outcome));
  if (outcomes.has("failed")) return outcomes.has("held") ? "flaky" : "failed";
  if (outcomes.has("your machine")) return "your machine";
  return outcomes.has("held") && !outcomes.has("inconclusive") ? "held" : "inconclusive";
}

/** `9 of 10`: in how many of its runs it held. */
export function rateOf(runs: readonly CellRun[]): string {
  return `${runs.filter(({ outcome }) => outcome === "held").length} of ${runs.length}`;
}

/** What was not as it must be, each thing once, and in how many runs where that was not all. */
export function problemsOf(runs: readonly CellRun[]): string[] {
  const counts = new Map<string, number>();
  for (const { problem } of runs) {
    if (problem !== undefined) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  }
  return [...counts].map(([problem, count]) =>
    runs.length === 1 ? problem : `In ${count} of ${runs.length} runs:\n${problem}`,
  );
}
