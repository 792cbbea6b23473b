import { describe, expect, test } from "vitest";
import { steps } from "../workshop/catalog.ts";
import { answersOf } from "../workshop/verify/answers.ts";
import { flawsOf } from "../workshop/verify/flaws.ts";
import { UNANSWERED } from "./answers/unanswered.ts";

/** So many checks no wrong answer must fail yet. This number only ever gets smaller. */
const LEFT_OUT = 14;
/** Of each kind, of each step, at least. */
const WRONG = 5;
const RIGHT = 2;

describe.each(steps)("the answers of step $number", (step) => {
  const answers = answersOf(step);
  const count = (kind: string) => answers.filter((answer) => answer.kind === kind).length;

  test("say what they are, fit the solution, differ from each other, and leave out no check but those that are named", () => {
    expect(flawsOf(step, answers, Object.keys(UNANSWERED[step.number] ?? {}))).toEqual([]);
  });

  test(`are at least ${WRONG} wrong ones and ${RIGHT} right ones`, () => {
    expect(count("wrong")).toBeGreaterThanOrEqual(WRONG);
    expect(count("right")).toBeGreaterThanOrEqual(RIGHT);
  });
});

test("no check becomes one that no wrong answer must fail", () => {
  const left = Object.values(UNANSWERED).flatMap((titles) => Object.keys(titles));

  expect(left).toHaveLength(LEFT_OUT);
});
