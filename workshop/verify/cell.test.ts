import { describe, expect, test } from "vitest";
import { steps, type Step } from "../catalog.ts";
import type { Checker, Request } from "../check/checker.ts";
import type { CheckResult } from "../check/verdict.ts";
import { Inconclusive, MachineProblem } from "../problems.ts";
import { makeFolder } from "../testing/folder.ts";
import { answersOf } from "./answers.ts";
import { runCell, type Cell } from "./cell.ts";
import { readTranscript, writeTranscript } from "./transcript.ts";

const step = steps[2] as Step;
const [FIRST, SECOND] = [
  "four workers share one port",
  "a session is known to its own worker only",
];

const passed = (title: string): CheckResult => ({ title, outcome: "passed", ms: 1, evidence: [] });
const notYet = (title: string, seen = "1 process"): CheckResult => ({
  ...passed(title),
  outcome: "not yet",
  finding: { expected: "4 workers", seen },
});
const SEEN = `✗ ${FIRST}\n    Expected 4 workers. Saw 1 process.\n`;

/** A checker that gives these results, of which it is asked for one or for all. */
function checkerWith(...results: CheckResult[]) {
  const asked: Request[] = [];
  const checker: Pick<Checker, "run"> = {
    async run(request) {
      asked.push(request);
      return results.filter(({ title }) => !request.only || title === request.only);
    },
  };
  return { ...checker, asked };
}

const solution: Cell = { step, kind: "solution", name: "solution" };

/** A wrong answer of step 3 that must fail a check with a transcript; or a right one. */
function answer({ check = FIRST, transcript = SEEN, kind = "wrong" } = {}) {
  const folder = makeFolder({
    [`${kind}-a/answer.json`]: JSON.stringify({ what: "a slip", check }),
    ...(transcript ? { [`${kind}-a/transcript.txt`]: transcript } : {}),
  });
  const [only] = answersOf(step, folder.path);
  if (!only) throw new Error("There is no answer.");
  const cell: Cell = { step, kind: only.kind, name: only.name, answer: only };
  return { cell, dir: only.dir, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe("a solution", () => {
  test("holds when it passes all checks", async () => {
    expect(await runCell(solution, checkerWith(passed(FIRST), passed(SECOND)))).toMatchObject({
      outcome: "held",
    });
  });

  test("fails with what a learner would read of the check that it does not pass", async () => {
    const run = await runCell(solution, checkerWith(passed(FIRST), notYet(SECOND)));

    expect(run.outcome).toBe("failed");
    expect(run.problem).toContain(`✗ ${SECOND}`);
    expect(run.problem).not.toContain(FIRST);
  });

  test("fails when no check says anything", async () => {
    expect(await runCell(solution, checkerWith())).toMatchObject({
      outcome: "inconclusive",
      problem: "No check ran.",
    });
  });

  test("is asked for all checks, or for those that break nothing on purpose", async () => {
    const checker = checkerWith(passed(FIRST));
    await runCell(solution, checker);
    await runCell(solution, checker, { withoutFaults: true });

    expect(checker.asked.map(({ withoutFaults }) => withoutFaults)).toEqual([undefined, true]);
  });

  test("waits until all has ended that its checks have started", async () => {
    const checker = checkerWith(passed(FIRST));
    await runCell(solution, checker);

    expect(checker.asked).toMatchObject([{ untilAllHasEnded: true }]);
    expect(checker.asked[0]?.only).toBeUndefined();
  });
});

describe("a wrong answer", () => {
  test("holds when its check fails with the words that are written down", async () => {
    using wrong = answer();
    const checker = checkerWith(notYet(FIRST), passed(SECOND));

    expect(await runCell(wrong.cell, checker)).toMatchObject({ outcome: "held" });
    expect(checker.asked.map(({ only }) => only)).toEqual([FIRST]);
  });

  test("is asked all checks with --full", async () => {
    using wrong = answer();
    const checker = checkerWith(notYet(FIRST), passed(SECOND));
    await runCell(wrong.cell, checker, { full: true });

    expect(checker.asked.map(({ only }) => only)).toEqual([undefined]);
  });

  test("fails when its check passes", async () => {
    using wrong = answer();

    expect(await runCell(wrong.cell, checkerWith(passed(FIRST)))).toMatchObject({
      outcome: "failed",
      problem: expect.stringMatching(/^It is not caught:\n/),
    });
  });

  test("fails when it fails with other words, and shows the difference", async () => {
    using wrong = answer();
    const { outcome, problem } = await runCell(
      wrong.cell,
      checkerWith(notYet(FIRST, "2 processes")),
    );

    expect(outcome).toBe("failed");
    expect(problem?.split("\n").slice(1)).toEqual([
      `  ✗ ${FIRST}`,
      "-     Expected 4 workers. Saw 1 process.",
      "+     Expected 4 workers. Saw 2 processes.",
    ]);
  });

  test("fails when nothing is written down, and shows what could be", async () => {
    using wrong = answer({ transcript: "" });
    const { outcome, problem } = await runCell(wrong.cell, checkerWith(notYet(FIRST)));

    expect(outcome).toBe("failed");
    expect(problem).toMatch(/^There is no .*transcript\.txt/);
    expect(problem).toContain(SEEN.trim());
  });

  test("is written down with --record", async () => {
    using wrong = answer({ transcript: "" });
    const run = await runCell(wrong.cell, checkerWith(notYet(FIRST)), { record: true });

    expect(run).toMatchObject({ outcome: "held", recorded: true });
    expect(readTranscript(wrong.dir)).toBe(SEEN);
  });

  test("keeps what is written down, with its …, where that is what is seen", async () => {
    using wrong = answer();
    writeTranscript(wrong.dir, SEEN.replace("1 process", "…"));
    const run = await runCell(wrong.cell, checkerWith(notYet(FIRST)), { record: true });

    expect(run.recorded).toBeUndefined();
    expect(readTranscript(wrong.dir)).toContain("…");
  });

  test("fails when its check is called otherwise", async () => {
    using wrong = answer({ check: "five workers share one port" });

    expect(await runCell(wrong.cell, checkerWith(notYet(FIRST)))).toMatchObject({
      outcome: "failed",
      problem: 'Step 3 has no check that is called "five workers share one port".',
    });
  });

  test("fails when its check is not reached, and says what is before it", async () => {
    using wrong = answer({ check: SECOND });
    const skipped: CheckResult = { ...passed(SECOND), outcome: "skipped" };

    expect(
      await runCell(wrong.cell, checkerWith(notYet(FIRST), skipped), { full: true }),
    ).toMatchObject({
      outcome: "failed",
      problem: `"${SECOND}" is not even run: "${FIRST}" fails before it.`,
    });
  });

  test("fails when it does not say what it is", async () => {
    using folder = makeFolder({ "wrong-a/answer.json": "{" });
    const [broken] = answersOf(step, folder.path);
    const checker = checkerWith(notYet(FIRST));
    const run = await runCell({ step, kind: "wrong", name: "wrong-a", answer: broken }, checker);

    expect(run).toMatchObject({
      outcome: "failed",
      problem: expect.stringMatching(/answer\.json/),
    });
    expect(checker.asked).toEqual([]);
  });
});

describe("a right answer", () => {
  test("is asked all checks, and holds when it passes them", async () => {
    using right = answer({ kind: "right" });
    const checker = checkerWith(passed(FIRST), passed(SECOND));

    expect(await runCell(right.cell, checker)).toMatchObject({ outcome: "held" });
    expect(checker.asked.map(({ only }) => only)).toEqual([undefined]);
  });
});

describe("what the machine does is nobody's fault", () => {
  const lacks: CheckResult = {
    ...passed(SECOND),
    outcome: "your machine",
    problem: { message: "No Chromium was found.", remedy: "npm run doctor -- --fix" },
  };

  test("a check that needs what is missing makes it your machine", async () => {
    const run = await runCell(solution, checkerWith(passed(FIRST), lacks));

    expect(run.outcome).toBe("your machine");
    expect(run.problem).toContain("npm run doctor -- --fix");
  });

  test("but a check that fails beside it makes it failed", async () => {
    expect(await runCell(solution, checkerWith(notYet(FIRST), lacks))).toMatchObject({
      outcome: "failed",
    });
  });

  test.each([
    ["your machine", new MachineProblem("pm2 cannot be started.", "npm run doctor")],
    ["inconclusive", new Inconclusive("It was ended from outside.")],
    ["failed", new Error("a bug")],
  ])("checks that cannot be run make it %s", async (outcome, error) => {
    const checker = { run: () => Promise.reject(error) };

    expect(await runCell(solution, checker)).toMatchObject({
      outcome,
      problem: expect.stringContaining(error.message),
    });
  });
});
