import { describe, expect, test } from "vitest";
import { Inconclusive, MachineProblem, NotYet } from "../problems.ts";
import { EXIT_CODES, outcomeOf, verdictOf, type CheckResult } from "./verdict.ts";

/** Results with these outcomes. */
const results = (...outcomes: CheckResult["outcome"][]): CheckResult[] =>
  outcomes.map((outcome) => ({ title: "a check", outcome, ms: 1, evidence: [] }));

describe("the verdict on a step", () => {
  test.each<[string, CheckResult["outcome"][], string]>([
    ["is passed when every check is", ["passed", "passed"], "passed"],
    ["is not yet when one check is not", ["passed", "not yet", "skipped"], "not yet"],
    ["is not yet, whatever else the machine lacks", ["your machine", "not yet"], "not yet"],
    ["is your machine when nothing else is wrong", ["passed", "your machine"], "your machine"],
    [
      "is your machine rather than inconclusive: that one can be mended",
      ["inconclusive", "your machine"],
      "your machine",
    ],
    ["is inconclusive when one check is", ["passed", "inconclusive"], "inconclusive"],
    ["is inconclusive when no check ran", [], "inconclusive"],
    ["is inconclusive when all were skipped", ["skipped", "skipped"], "inconclusive"],
  ])("%s", (_, outcomes, verdict) => {
    expect(verdictOf(results(...outcomes))).toBe(verdict);
  });

  test("has an exit code of its own, and none is that of wrong usage", () => {
    expect(EXIT_CODES).toEqual({ passed: 0, "not yet": 1, "your machine": 3, inconclusive: 4 });
  });
});

describe("a check", () => {
  /** An error as it comes out of a check's process. */
  const travelled = (error: Error) => ({
    ...error,
    name: error.name,
    message: error.message,
    stack: error.stack,
  });

  test("that throws nothing has passed", () => {
    expect(outcomeOf(undefined)).toEqual({ outcome: "passed" });
  });

  test("that throws a finding is not yet passed", () => {
    const finding = { expected: "4 workers", seen: "1 process" };

    expect(outcomeOf(travelled(new NotYet(finding)))).toEqual({ outcome: "not yet", finding });
  });

  test("that meets a lack of the machine says what mends it", () => {
    const thrown = travelled(new MachineProblem("No Chromium.", "npm run doctor -- --fix"));

    expect(outcomeOf(thrown)).toEqual({
      outcome: "your machine",
      problem: { message: "No Chromium.", remedy: "npm run doctor -- --fix" },
    });
  });

  test("that was starved is inconclusive", () => {
    const thrown = travelled(new Inconclusive("this machine was too busy"));

    expect(outcomeOf(thrown)).toEqual({
      outcome: "inconclusive",
      problem: { message: "this machine was too busy" },
    });
  });

  test("that ran out of vitest's time is inconclusive, without a stack trace", () => {
    const outcome = outcomeOf(travelled(new Error("Test timed out in 60000ms.\nIf this is …")));

    expect(outcome.outcome).toBe("inconclusive");
    expect(outcome.problem?.message).toBe("the check itself ran out of time");
  });

  test("that fails by a bug of ours judges nobody's code, and keeps the stack trace", () => {
    const outcome = outcomeOf(travelled(new TypeError("undefined is not a function")));

    expect(outcome.outcome).toBe("inconclusive");
    expect(outcome.problem?.message).toMatch(/a bug in the workshop: TypeError.*\n\s+at /);
  });
});
