import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { CellRun } from "./cell.ts";
import { Estimate } from "./estimate.ts";
import type { Job } from "./job.ts";
import { Progress } from "./live.ts";
import type { CellReport } from "./report.ts";

const job = (name: string): Job => ({
  about: { step: 3, kind: "wrong", name },
  fingerprint: () => "f",
  run: async () => run,
});
const run: CellRun = { outcome: "held", ms: 60_000 };
const jobs = ["a", "b", "c"].map(job);
const cell = (name: string, runs: CellRun[]): CellReport => ({
  ...job(name).about,
  fingerprint: "f",
  runs,
});

/** Progress on a screen that keeps what is written. */
function progressOn({ isTTY = false, known = [] as CellReport[], lanes = 1 } = {}) {
  let shown = "";
  const screen = { isTTY, columns: 80, write: (text: string) => (shown += text) };
  const progress = new Progress(jobs, known, { repeat: 1, lanes }, { screen });
  return { progress, shown: () => stripVTControlCharacters(shown), raw: () => shown };
}

function play(progress: Progress, name: string, ...runs: CellRun[]) {
  progress.onBegin(job(name));
  for (const one of runs) progress.onRun(cell(name, runs), one);
  progress.onCell(cell(name, runs));
}

describe("progress", () => {
  test("in a pipe is one line for each cell", () => {
    const { progress, shown } = progressOn();
    play(progress, "a", run);
    play(progress, "b", { outcome: "failed", ms: 1_000, problem: "x" });

    expect(shown()).toBe("✓ 3 a  60.0 s\n✗ 3 b  1.0 s\n");
  });

  test("in a terminal is one line that changes, and lines for what is not as it must be", () => {
    const { progress, shown } = progressOn({ isTTY: true });
    play(progress, "a", run);
    play(progress, "b", { outcome: "failed", ms: 1_000, problem: "x" });

    expect(shown()).not.toContain("✓");
    expect(shown().match(/\n/g)).toHaveLength(1);
    expect(shown()).toContain("✗ 3 b  1.0 s\n");
  });

  test("says how many cells are done, how many are bad, how long it takes, and what runs", () => {
    const { progress } = progressOn();
    expect(progress.line()).toMatch(/^0 of 3 cells/);
    play(progress, "a", run);
    play(progress, "b", { outcome: "failed", ms: 60_000, problem: "x" });
    progress.onBegin(job("c"));

    expect(progress.line()).toBe("2 of 3 cells · 1 not as it must be · about 1 min left · 3 c");
  });

  test("shares the time that is left among its lanes", () => {
    const { progress } = progressOn({ lanes: 2 });
    play(progress, "a", run);

    expect(progress.line()).toContain("about 1 min left");
  });

  test("begins where an earlier run has ended", () => {
    const { progress } = progressOn({ known: [cell("a", [run])] });

    expect(progress.line()).toMatch(/^1 of 3 cells/);
  });

  test("says of a flaky cell how often it held", () => {
    const { progress, shown } = progressOn();
    play(progress, "a", run, { outcome: "failed", ms: 0, problem: "x" });

    expect(shown()).toBe("~ 3 a  flaky: 1 of 2  60.0 s\n");
  });
});

describe("the time that a cell will take", () => {
  const about = (step: number, kind: "wrong" | "right", name: string) => ({ step, kind, name });

  test("is not known as long as nothing has been measured", () => {
    expect(new Estimate().of(about(3, "wrong", "a"))).toBeUndefined();
  });

  test("is what it took before, or else what the most similar ones took", () => {
    const estimate = new Estimate();
    estimate.note(about(3, "wrong", "a"), 10);
    estimate.note(about(3, "wrong", "b"), 20);
    estimate.note(about(3, "right", "c"), 90);
    estimate.note(about(9, "right", "d"), 900);

    expect(estimate.of(about(3, "wrong", "a"))).toBe(10);
    expect(estimate.of(about(3, "wrong", "new"))).toBe(15);
    expect(estimate.of(about(9, "wrong", "new"))).toBe(900);
    expect(estimate.of(about(5, "right", "new"))).toBe(495);
  });
});
