import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, steps, type Step } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { answersOf } from "./answers.ts";
import { flawsOf } from "./flaws.ts";

const step = steps[2] as Step;
const CHECK = "four workers share one port";
const GOOD = {
  "answer.json": JSON.stringify({ what: "a slip", check: CHECK }),
  "transcript.txt": `✗ ${CHECK}\n    Expected 4. Saw 1.\n    Look at  work/03-cluster/server.ts, TODO 3.1\n`,
  "files/findings.json": "{}",
};

/** The flaws of one wrong answer with these files, and those of others beside it. */
function flaws(files: Record<string, string | undefined>, others: Record<string, string> = {}) {
  const mine = Object.entries({ ...GOOD, ...files }).flatMap(([name, text]) =>
    text === undefined ? [] : [[`wrong-a/${name}`, text] as const],
  );
  using folder = makeFolder({ ...Object.fromEntries(mine), ...others });
  return flawsOf(step, answersOf(step, folder.path));
}

describe("what is wrong with an answer can be said without running it", () => {
  test("nothing", () => {
    expect(flaws({})).toEqual([]);
  });

  test.each<[string, Record<string, string | undefined>, string]>([
    ["it does not say what it is", { "answer.json": "{}" }, '"what" says'],
    [
      "its check is called otherwise",
      { "answer.json": JSON.stringify({ what: "x", check: "five workers" }) },
      'no check that is called "five workers"',
    ],
    ["it has no transcript", { "transcript.txt": undefined }, "no transcript.txt"],
    [
      "its transcript is that of another check",
      { "transcript.txt": "✗ a browser meets the break, too\n    Expected 4. Saw 1.\n" },
      "not that of",
    ],
    ["its transcript says nothing", { "transcript.txt": `✗ ${CHECK}\n    …\n` }, "what was seen"],
    [
      "its transcript sends people elsewhere",
      { "transcript.txt": `✗ ${CHECK}\n    Saw 1.\n    Look at  solutions/03-cluster/server.ts` },
      "sends a learner to solutions/03-cluster/server.ts",
    ],
    [
      "it does not fit",
      { "changes.patch": "--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-a\n+b\n" },
      "the solution has no x.ts",
    ],
    [
      "it is the solution",
      {
        "files/findings.json": readFileSync(
          join(folderOf(step, "solution"), "findings.json"),
          "utf8",
        ),
      },
      "Its code is that of the solution",
    ],
  ])("%s", (_, files, flaw) => {
    expect(flaws(files)).toEqual([expect.stringContaining(flaw)]);
  });

  test("it is the same as another", () => {
    const others = {
      "wrong-b/answer.json": GOOD["answer.json"],
      "wrong-b/transcript.txt": GOOD["transcript.txt"],
      "wrong-b/files/findings.json": "{}",
    };

    expect(flaws({}, others)).toEqual(["wrong-b: Its code is that of wrong-a."]);
  });

  test("a right one has a transcript", () => {
    const others = {
      "right-b/answer.json": JSON.stringify({ what: "x" }),
      "right-b/transcript.txt": "✗",
      "right-b/files/more.ts": "",
    };

    expect(flaws({}, others)).toEqual(["right-b: A right answer has no transcript."]);
  });
});

describe("of each check it can be said whether a wrong answer must fail it", () => {
  const titles = [
    "a session is known to its own worker only",
    "of 40 clients, one after the other, hardly any connects",
    "a browser meets the break, too",
    "findings.json describes the break",
  ];

  /** What is said of step 3 with one wrong answer, of its first check. */
  function flawsWith(unanswered: readonly string[]) {
    const files = Object.entries(GOOD).map(([name, text]) => [`wrong-a/${name}`, text]);
    using folder = makeFolder(Object.fromEntries(files));
    return flawsOf(step, answersOf(step, folder.path), unanswered);
  }

  test("and all others are excepted", () => {
    expect(flawsWith(titles)).toEqual([]);
  });

  test("one has no answer, and is no exception", () => {
    expect(flawsWith(titles.slice(1))).toEqual([
      "No wrong answer must fail the check a session is known to its own worker only.",
    ]);
  });

  test("an exception has an answer by now", () => {
    expect(flawsWith([...titles, CHECK])).toEqual([`A wrong answer must fail "${CHECK}" by now.`]);
  });

  test("an exception is about no check that there is", () => {
    expect(flawsWith([...titles, "five workers"])).toEqual([
      'Step 3 has no check that is called "five workers".',
    ]);
  });
});
