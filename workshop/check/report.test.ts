import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { root } from "../catalog.ts";
import { reportOf, summaryOf } from "./report.ts";
import type { CheckResult } from "./verdict.ts";

const DIR = join(root, "work", "03-cluster");

const plain = (lines: string[]) => lines.map(stripVTControlCharacters);

/** A result's lines as they stand in a terminal of that width, without colours. */
const transcript = (result: Partial<CheckResult>, width: number): string[] =>
  plain(
    reportOf(
      { title: "four workers share one port", outcome: "passed", ms: 41, evidence: [], ...result },
      DIR,
      width,
    ),
  );

const notYet: Partial<CheckResult> = {
  outcome: "not yet",
  ms: 1_234,
  finding: {
    expected: "4 workers online in cluster mode",
    seen: "1 process, in fork mode (pid 41203)",
    look: { file: "ecosystem.config.cjs", todo: "3.1" },
    hint: "pm2 forks one process unless it is told which exec_mode to use.",
  },
};

describe("a check that has failed says what must hold, what was seen, where to look and a hint", () => {
  test("in 100 columns", () => {
    expect(transcript(notYet, 100)).toEqual([
      "✗ four workers share one port                                                        1.2 s",
      "    Expected 4 workers online in cluster mode. Saw 1 process, in fork mode (pid 41203).",
      "    Look at  work/03-cluster/ecosystem.config.cjs, TODO 3.1",
      "    Hint     pm2 forks one process unless it is told which exec_mode to use.",
    ]);
  });

  test("in 40 columns", () => {
    expect(transcript(notYet, 40)).toEqual([
      "✗ four workers share one port      1.2 s",
      "    Expected 4 workers online in cluster",
      "    mode. Saw 1 process, in fork mode",
      "    (pid 41203).",
      "    Look at  work/03-cluster/ecosystem.config.cjs,",
      "             TODO 3.1",
      "    Hint     pm2 forks one process",
      "             unless it is told which",
      "             exec_mode to use.",
    ]);
  });
});

describe("a check that has passed is one line, with what it has to show below it", () => {
  const evidence = [
    "worker 1  POST  polling    sid u3KxQa  400  Session ID unknown  · worker 0 owns it",
  ];

  test("in 100 columns as the trace has it", () => {
    expect(transcript({ evidence }, 100)).toEqual([
      "✓ four workers share one port                                                        41 ms",
      "      worker 1  POST  polling    sid u3KxQa  400  Session ID unknown  · worker 0 owns it",
    ]);
  });

  test("in 40 columns so that worker, request and status can still be seen", () => {
    const [head, shown = ""] = transcript({ evidence }, 40);

    expect(head).toBe("✓ four workers share one port      41 ms");
    expect(shown).toMatch(/1 .*POST .*u3KxQa .*400/);
    expect(shown.length).toBeLessThanOrEqual(40);
  });
});

test("a check that needs what is missing says that it has not been run", () => {
  expect(transcript({ outcome: "skipped" }, 60)).toEqual([
    "– four workers share one port                    not run yet",
  ]);
});

test("a lack of the machine says what mends it", () => {
  const problem = { message: "No Chromium was found.", remedy: "npm run doctor -- --fix" };

  expect(transcript({ outcome: "your machine", problem }, 60)).toEqual([
    "! four workers share one port                          41 ms",
    "    No Chromium was found.",
    "    Mend it  npm run doctor -- --fix",
  ]);
});

test("a check that could not judge says so", () => {
  const problem = { message: "this machine was too busy" };

  expect(transcript({ outcome: "inconclusive", problem }, 60)).toEqual([
    "? four workers share one port                          41 ms",
    "    Not judged: this machine was too busy",
  ]);
});

test.each([40, 100])("no line that can be broken is longer than %d columns", (width) => {
  const title = "an app that dies at every start is given up, and says so in the list";
  const look = { file: "a.ts" };

  const lines = transcript(
    { ...notYet, title, finding: { expected: "it ".repeat(60), seen: "that ".repeat(60), look } },
    width,
  );

  expect(lines.filter((text) => text.length > width)).toEqual([]);
});

describe("the last line", () => {
  const results: CheckResult[] = [
    { title: "one", outcome: "passed", ms: 1, evidence: [] },
    { title: "two", outcome: "skipped", ms: 0, evidence: [] },
  ];
  const last = (verdict: Parameters<typeof summaryOf>[0]) =>
    stripVTControlCharacters(summaryOf(verdict, results, 2_345));

  test("says the verdict, how many checks hold, and how long it took", () => {
    expect([last("passed"), last("not yet")]).toEqual([
      "passed  1 of 2 checks hold, in 2.3 s.",
      "not yet  1 of 2 checks hold, in 2.3 s.",
    ]);
  });

  test("says that nobody's code was judged where it was not", () => {
    expect(last("your machine")).toMatch(/was not judged/);
    expect(last("inconclusive")).toMatch(/was not judged/);
  });
});
