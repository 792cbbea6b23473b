import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { steps } from "../catalog.ts";
import type { CheckResult, Verdict } from "../check/verdict.ts";
import { widthOf } from "../terminal/width.ts";
import type { DeskState } from "./desk-events.ts";
import { footerOf, type FooterFacts } from "./footer.ts";

const [, , third] = steps;
if (!third) throw new Error("The catalogue lacks a step.");

const results = (...outcomes: CheckResult["outcome"][]): CheckResult[] =>
  outcomes.map((outcome) => ({ title: outcome, outcome, ms: 1, evidence: [] }));

const commands: FooterFacts["commands"] = [
  ["h", "hint", 2],
  ["s", "solution", 4],
  ["l", "logs", 5],
  ["?", "help", 0],
  ["q", "quit", 0],
].map(([key, label, rank]) => ({
  key: String(key),
  label: String(label),
  rank: Number(rank),
  about: "",
  run() {},
}));

interface Given extends Partial<DeskState> {
  url?: string;
  source?: "work" | "solution";
  isPassed?: boolean;
  isRedisUp?: boolean;
  question?: string;
  remark?: string;
}

/** The footer's lines, without colours and without what is at the right of them. */
function footer(given: Given = {}, columns = 80, rows = 24): string[] {
  const { url = "http://localhost:3000", source = "work", isPassed = false, isRedisUp } = given;
  const { question, remark, ...more } = given;
  const state: DeskState = {
    phase: "waiting",
    isPaused: false,
    isSaved: false,
    results: [],
    total: undefined,
    verdict: undefined,
    began: performance.now(),
    ...more,
  };
  const desk = {
    step: third as NonNullable<typeof third>,
    source,
    state,
    url,
    isPassed,
    isRedisUp,
  };
  return footerOf({ desk, commands, question, remark }, columns, rows).map(
    stripVTControlCharacters,
  );
}

const status = (given: Given, columns?: number) => footer(given, columns)[1]?.trim();
const judged = (verdict: Verdict, ...outcomes: CheckResult["outcome"][]): Given => ({
  verdict,
  results: results(...outcomes),
});

describe("the footer says how things stand", () => {
  const failed = judged("not yet", "passed", "not yet", "skipped");
  const passed = judged("passed", "passed", "passed");

  test.each<[string, Given]>([
    ["starting", { phase: "starting" }],
    ["checking", { phase: "checking" }],
    ["checking 1 of 5", { phase: "checking", total: 5 }],
    [
      "checking 3 of 5 · 1 ✗ so far",
      { phase: "checking", total: 5, results: results("passed", "not yet") },
    ],
    ["checking 2 of 2", { phase: "checking", total: 2, results: results("passed", "passed") }],
    ["1 of 3 checks hold · waiting for a save", failed],
    ["1 of 3 checks hold · paused", { ...failed, isPaused: true }],
    ["1 of 3 checks hold · paused, and saved since", { ...failed, isPaused: true, isSaved: true }],
    ["1 of 3 checks hold · Redis is down · waiting for a save", { ...failed, isRedisUp: false }],
    ["all 2 checks hold · n goes on to step 4", { ...passed, isPassed: true }],
    ["all 2 checks hold", { ...passed, source: "solution" }],
    ["0 of 1 checks hold · this machine lacks something", judged("your machine", "your machine")],
    ["not judged · c checks again", judged("inconclusive", "inconclusive")],
    ["not judged · c checks again", {}],
    ["closing", { phase: "closing" }],
    ["x does nothing here", { ...failed, remark: "x does nothing here" }],
  ])("%s", (text, given) => {
    expect(status(given)).toBe(text);
  });

  test("and how long it has been so, where that is long", () => {
    const given: Given = { phase: "checking", total: 5, began: performance.now() - 12_000 };

    expect(status(given)).toBe("checking 1 of 5 · 12 s");
  });

  test("and leaves out the end of it where it does not fit", () => {
    expect(status(failed, 40)).toBe("1 of 3 checks hold");
  });
});

test("a question takes the place of all else, with its two answers", () => {
  expect(footer({ question: "Really?" }).slice(1)).toEqual([" Really?", " y yes  n no"]);
});

test("a question that is too long for one line takes more of them", () => {
  expect(footer({ question: "Put your copy back to the starter?" }, 30).slice(1)).toEqual([
    " Put your copy back to the",
    " starter?",
    " y yes  n no",
  ]);
});

test.each([
  [80, " h hint  s solution  l logs  ? help  q quit"],
  [36, " h hint  s solution  ? help  q quit"],
  [30, " h hint  ? help  q quit"],
  [20, " ? help  q quit"],
])("in %d columns, these keys stay: %s", (columns, keys) => {
  expect(footer({}, columns)[2]).toBe(keys);
});

test.each([
  [80, "── Step 3 · Cluster it, and watch it break ─────────── http://localhost:3000 ──"],
  [40, "── Step 3 ──── http://localhost:3000 ──"],
])("in %d columns, the step and the address of the app are there", (columns, rule) => {
  expect(footer({}, columns)[0]).toBe(rule);
});

test("a solution says that it is one", () => {
  expect(footer({ source: "solution" })[0]).toMatch(/^── Solution of step 3 ─+ http/);
});

test("where there are few rows, it has two lines", () => {
  expect(footer({}, 80, 8)).toHaveLength(2);
});

test.each([20, 40, 80, 200])("no line is as wide as %d columns", (columns) => {
  const question = "Put your copy back to the starter? Yours goes into a backup.";
  for (const line of [...footer({}, columns), ...footer({ question }, columns)]) {
    expect(widthOf(line)).toBeLessThan(columns);
  }
});
