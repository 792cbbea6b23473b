import { describe, expect, test } from "vitest";
import { steps } from "../workshop/catalog.ts";
import { answersOf } from "../workshop/verify/answers.ts";
import { flawsOf } from "../workshop/verify/flaws.ts";

/** Of each kind, of each step, at least. */
const WRONG = 5;
const RIGHT = 2;

describe.each(steps)("the answers of step $number", (step) => {
  const answers = answersOf(step);
  const count = (kind: string) => answers.filter((answer) => answer.kind === kind).length;

  test("say what they are, fit the solution, and differ from each other", () => {
    expect(flawsOf(step, answers)).toEqual([]);
  });

  test(`are at least ${WRONG} wrong ones and ${RIGHT} right ones`, () => {
    expect(count("wrong")).toBeGreaterThanOrEqual(WRONG);
    expect(count("right")).toBeGreaterThanOrEqual(RIGHT);
  });
});
