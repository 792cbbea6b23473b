import { describe, expect, test } from "vitest";
import type { CellRun, Outcome } from "./cell.ts";
import { problemsOf, rateOf, stateOf } from "./state.ts";

const runs = (...outcomes: Outcome[]): CellRun[] =>
  outcomes.map((outcome) => ({
    outcome,
    ms: 1,
    ...(outcome === "held" ? {} : { problem: `${outcome}!` }),
  }));

describe("a cell", () => {
  test.each<[string, Outcome[], string]>([
    ["holds when it does so each time", ["held", "held"], "held"],
    ["has failed when it does so each time", ["failed", "failed"], "failed"],
    ["is flaky when it holds at times", ["held", "failed", "held"], "flaky"],
    ["is flaky whatever the machine does besides", ["held", "failed", "inconclusive"], "flaky"],
    ["has failed when it never held", ["failed", "inconclusive"], "failed"],
    ["is inconclusive when it was so once", ["held", "inconclusive", "held"], "inconclusive"],
    ["is your machine when that lacks something", ["your machine"], "your machine"],
    ["is inconclusive when it was not run", [], "inconclusive"],
  ])("%s", (_, outcomes, state) => {
    expect(stateOf(runs(...outcomes))).toBe(state);
  });

  test("has a rate: in how many of its runs it held", () => {
    expect(rateOf(runs("held", "failed", "held", "inconclusive"))).toBe("2 of 4");
  });

  test("tells each problem once, and how often it was there", () => {
    expect(problemsOf(runs("held", "failed", "failed", "inconclusive"))).toEqual([
      "In 2 of 4 runs:\nfailed!",
      "In 1 of 4 runs:\ninconclusive!",
    ]);
  });

  test("tells of its only run without a rate", () => {
    expect(problemsOf(runs("failed"))).toEqual(["failed!"]);
  });
});
