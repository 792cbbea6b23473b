import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { steps } from "./catalog.ts";
import type { CheckResult } from "./check/verdict.ts";
import { judgeCode, type Judging } from "./judge.ts";

const [first] = steps;
if (!first) throw new Error("The catalogue is empty.");
const step = first;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each<[string, Partial<CheckResult>, boolean]>([
  ["holds, with more to come: not yet", { toCome: { quick: 2, faults: 1 } }, false],
  ["is the last that breaks nothing: now", { toCome: { quick: 0, faults: 1 } }, true],
  ["does not hold: now", { outcome: "not yet", toCome: { quick: 2, faults: 1 } }, true],
])("the app starts when a check %s", async (_, result, starts) => {
  const { judged, tell, end, restart } = judge();

  tell(result);
  const hasStarted = restart.mock.calls.length > 0;
  end();
  await judged;

  expect(hasStarted).toBe(starts);
  expect(restart).toHaveBeenCalledOnce();
});

test("the app starts while checks take long, and only once", async () => {
  const { judged, tell, end, restart } = judge();

  vi.advanceTimersByTime(9_999);
  const before = restart.mock.calls.length;
  vi.advanceTimersByTime(1);
  const after = restart.mock.calls.length;
  tell({ toCome: { quick: 0, faults: 0 } });
  end();
  await judged;

  expect([before, after, restart.mock.calls.length]).toEqual([0, 1, 1]);
});

test("the app does not start for what is not wanted any more, also when it takes long", async () => {
  const { judged, end, restart } = judge({ isCurrent: () => false });

  vi.advanceTimersByTime(60_000);
  end();
  await judged;

  expect(restart).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

/** Judges code by checks that tell and end when they are told to. */
function judge({ isCurrent = () => true }: Partial<Judging> = {}) {
  const restart = vi.fn(() => Promise.resolve());
  let onResult: (result: CheckResult) => void = () => {};
  let end = () => {};
  const ended = new Promise<CheckResult[]>((done) => (end = () => done([])));
  const run: Judging["checker"]["run"] = (_, listener) => {
    onResult = listener;
    return ended;
  };
  const judging = { checker: { run }, app: { restart }, step, dir: "", isCurrent };
  const judged = judgeCode(judging, () => {});
  const tell = (what: Partial<CheckResult>) =>
    onResult({ title: "a check", outcome: "passed", ms: 1, evidence: [], ...what });
  return { judged, tell, end: () => end(), restart };
}
