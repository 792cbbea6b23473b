import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { folderOf, root, steps } from "./catalog.ts";
import type { CheckResult } from "./check/verdict.ts";
import type { Hint } from "./hints.ts";
import { parseHints, todosOf, type HintBook } from "./hints/stages.ts";
import type { Finding } from "./problems.ts";
import { loadAt } from "./testing/at-desk.ts";
import { openDesk, runCli, type Desk } from "./testing/cli.ts";

const found = steps[2];
if (!found) throw new Error("The catalogue lacks a step.");
const step = found;

const BOOK: HintBook = {
  todos: new Map([
    ["3.1", ["mode?", "cluster", "exec_mode"]],
    ["3.2", ["look", "there"]],
  ]),
  checks: new Map([["a session has one owner", ["who owns it?"]]]),
  seen: new Map([["… processes, in fork mode", ["which mode?"]]]),
};

test("without a verdict, the hints are those of the first TODO, one after the other", async () => {
  using desk = openDesk();
  const { nextHint, isJudged } = await hintsAt(desk);

  const hints = [await nextHint(step), await nextHint(step), await nextHint(step)];

  expect(isJudged(step)).toBe(false);
  expect(hints.map(brief)).toEqual(["1/3 mode?", "2/3 cluster", "3/3 exec_mode"]);
  expect(hints.map((hint) => hint?.todo)).toEqual(["3.1", "3.1", "3.1"]);
});

test("the last one says so, and after it they start over", async () => {
  using desk = openDesk();
  const { nextHint } = await hintsAt(desk);

  const hints = [];
  for (let count = 0; count < 4; count += 1) hints.push(await nextHint(step));

  expect(hints.map((hint) => hint?.after)).toEqual([
    undefined,
    undefined,
    "That was the last hint for TODO 3.1; npm run diff 3 shows the difference to the solution.",
    undefined,
  ]);
  expect(brief(hints[3])).toBe("1/3 mode?");
});

test("a failed check has those for it, and then those for its TODO", async () => {
  using desk = openDesk();
  const { nextHint, noteResults } = await hintsAt(desk);
  await noteResults(step, [
    passed("four workers share one port"),
    failed("a session has one owner", { hint: "nothing is mended yet", look: at("3.2") }),
    failed("hardly any connects", { hint: "is it a cluster?" }),
  ]);

  const hints = [];
  for (let count = 0; count < 4; count += 1) hints.push(await nextHint(step));

  // What it has said itself stood in its verdict, and is not said again.
  expect(hints.map(brief)).toEqual([
    "1/3 who owns it?",
    "2/3 look",
    "3/3 there",
    "1/3 who owns it?",
  ]);
  expect(hints[0]).toMatchObject({
    check: "a session has one owner",
    todo: "3.2",
    look: { file: "findings.json" },
  });
});

test("what a check has seen may have hints of its own, and then the last one of its TODO", async () => {
  using desk = openDesk();
  const { nextHint, noteResults } = await hintsAt(desk);
  const four = { seen: "4 processes, in fork mode", look: at("3.1") };
  await noteResults(step, [failed("a session has one owner", four)]);

  const hints = [await nextHint(step), await nextHint(step)];
  await noteResults(step, [failed("a session has one owner", { look: at("3.1") })]);

  expect(hints.map(brief)).toEqual(["1/2 which mode?", "2/2 exec_mode"]);
  expect(hints.map((hint) => hint?.todo)).toEqual(["3.1", "3.1"]);
  expect(brief(await nextHint(step))).toBe("1/4 who owns it?");
  expect(brief(await nextHint(step))).toBe("2/4 mode?");
});

test("what was read is remembered by the next process", async () => {
  using desk = openDesk();
  const first = await hintsAt(desk);
  await first.noteResults(step, [failed("a check", { look: at("3.1") })]);
  await first.nextHint(step);

  const second = await hintsAt(desk);

  expect(brief(await second.nextHint(step))).toBe("2/3 cluster");
});

test("a check that finds something else goes on where it was", async () => {
  using desk = openDesk();
  const { nextHint, noteResults } = await hintsAt(desk);
  await noteResults(step, [failed("a check", { hint: "one process", look: at("3.1") })]);
  const before = await nextHint(step);
  await noteResults(step, [failed("a check", { hint: "two ports", look: at("3.1") })]);

  expect(brief(before)).toBe("1/3 mode?");
  expect(brief(await nextHint(step))).toBe("2/3 cluster");
});

test("a check that was passed in between goes on where it was", async () => {
  using desk = openDesk();
  const { nextHint, noteResults } = await hintsAt(desk);
  await noteResults(step, [failed("a check", { look: at("3.1") })]);
  await nextHint(step);
  await noteResults(step, [passed("a check")]);
  const meanwhile = await nextHint(step);
  await noteResults(step, [failed("a check", { look: at("3.1") })]);

  expect(meanwhile).toBeUndefined();
  expect(brief(await nextHint(step))).toBe("2/3 cluster");
});

test("a check that could not be judged this time is as it was found before", async () => {
  using desk = openDesk();
  const { nextHint, noteResults } = await hintsAt(desk);
  await noteResults(step, [passed("a"), failed("b", { look: at("3.2") })]);
  await noteResults(step, [
    { ...passed("a"), outcome: "your machine" },
    { ...passed("b"), outcome: "inconclusive" },
  ]);

  expect(await nextHint(step)).toMatchObject({ check: "b", todo: "3.2" });
});

test("while checks go on, a hint is about what has failed by now, and not what holds by now", async () => {
  using desk = openDesk();
  const { isJudged, nextHint, noteResults } = await hintsAt(desk);
  await noteResults(step, [passed("a")], false);
  const isJudgedByOne = isJudged(step);
  await noteResults(step, [failed("a", { look: at("3.1") }), failed("b", {}), failed("c", {})]);
  const soFar = [passed("a"), failed("b", { look: at("3.2") })];

  await noteResults(step, soFar, false);
  const meanwhile = await nextHint(step);
  await noteResults(step, [passed("a"), passed("b")], false);

  expect(isJudgedByOne).toBe(false);
  expect(meanwhile).toMatchObject({ check: "b", todo: "3.2" });
  // It was not checked again yet.
  expect(await nextHint(step)).toMatchObject({ check: "c" });
});

test.each([
  ["a file with a TODO in it: those of that TODO", { file: "findings.json" }, "1/2 look"],
  ["a file without one: those of the first TODO", { file: "server.ts" }, "1/3 mode?"],
  ["nowhere: those of the first TODO", undefined, "1/3 mode?"],
])("a check that looks at %s", async (_, look, hint) => {
  using desk = openDesk();
  const { nextHint, noteResults } = await hintsAt(desk);
  await noteResults(step, [failed("a check", { look })]);

  expect(brief(await nextHint(step))).toBe(hint);
});

test("steps do not mix", async () => {
  using desk = openDesk();
  const { nextHint, noteResults } = await hintsAt(desk);
  const [other] = steps;
  if (!other) throw new Error("The catalogue is empty.");
  await noteResults(other, [passed("a check")]);

  expect(await nextHint(other)).toBeUndefined();
  expect(brief(await nextHint(step))).toBe("1/3 mode?");
});

test("a hint is shown with its place among the others, what it is about and where to look", async () => {
  using desk = openDesk();
  const { nextHint, noteResults, renderHint } = await hintsAt(desk);
  await noteResults(step, [failed("a check", { hint: "It is **one**.", look: at("3.1") })]);
  const hint = await nextHint(step);
  if (!hint) throw new Error("There is no hint.");

  const path = join(folderOf(step, "work").slice(root.length + 1), "ecosystem.config.cjs");
  expect(renderHint(hint, 80).map(stripVTControlCharacters)).toEqual([
    "Hint 1 of 3 · TODO 3.1",
    "a check",
    "",
    "  mode?",
    "",
    `Look at ${path.replace(/^[^/\\]+/, desk.env.WORKSHOP_WORK ?? "")}, TODO 3.1`,
  ]);
});

describe("HINTS.md", () => {
  test("has sections for TODOs, checks and what is seen, each with its stages", () => {
    const text = [
      "# Hints for step 3",
      "## TODO 3.1",
      "1. First,",
      "   on two lines.",
      "2. Second:",
      "",
      "   ```js",
      "   ## no heading",
      "   1. no stage",
      "   ```",
      "3. Third:",
      "",
      "```js",
      "not indented",
      "```",
      "## Check: it works, too",
      "Introduced by a sentence.",
      "1. Only one",
      "## Seen: … workers",
      "1. How many?",
      "## Something else",
      "1. Left out",
    ].join("\n");

    const { todos, checks, seen } = parseHints(text);

    expect([...todos]).toEqual([
      [
        "3.1",
        [
          "First,\non two lines.",
          "Second:\n\n```js\n## no heading\n1. no stage\n```",
          "Third:\n\n```js\nnot indented\n```",
        ],
      ],
    ]);
    expect([...checks]).toEqual([["it works, too", ["Only one"]]]);
    expect([...seen]).toEqual([["… workers", ["How many?"]]]);
  });

  test("is for the TODOs of the starter, also for files that a learner fills in as a whole", () => {
    expect(todosOf(step)).toEqual([
      { name: "3.1", file: "ecosystem.config.cjs" },
      { name: "3.2", file: "findings.json" },
    ]);
  });
});

test("npm run hint says that nothing was judged yet, and gives the first hint", async () => {
  using desk = openDesk();

  const { code, output } = await runCli(["hint", "3"], desk);

  expect(output).toContain("No check of step 3 has judged your code yet");
  expect(output).toMatch(/^Hint 1 of \d · TODO 3\.1$/m);
  expect(code).toBe(0);
});

/** The hints as a process at this desk gives them, with a HINTS.md of this test's own. */
async function hintsAt(desk: Desk) {
  vi.doMock("./hints/stages.ts", async (actual) => ({
    ...(await actual<typeof import("./hints/stages.ts")>()),
    readHints: () => BOOK,
  }));
  return loadAt(desk, () => import("./hints.ts"));
}

function brief(hint: Hint | undefined): string | undefined {
  return hint && `${hint.stage}/${hint.stages} ${hint.text}`;
}

function at(todo: "3.1" | "3.2"): Finding["look"] {
  return { file: todo === "3.1" ? "ecosystem.config.cjs" : "findings.json", todo };
}

function passed(title: string): CheckResult {
  return { title, outcome: "passed", ms: 1, evidence: [] };
}

function failed(title: string, finding: Partial<Finding>): CheckResult {
  return {
    ...passed(title),
    outcome: "not yet",
    finding: { expected: "this", seen: "that", ...finding },
  };
}
