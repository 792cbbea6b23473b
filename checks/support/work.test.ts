import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Work } from "./work.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Asks every 20 ms for so long; each so many ms it has had a step of 10 ms, and else nothing. */
function asked(ms: number, every: number): Work {
  const work = new Work();
  for (let passed = 0; passed <= ms; passed += 20) {
    work.add(passed % every === 0 ? 50 : 0);
    vi.advanceTimersByTime(20);
  }
  return work;
}

test("is idle for as long as it tries something now and then", () => {
  expect(asked(5_000, 500).idleFor).toBeGreaterThan(4_900);
});

test("is not idle while it has a share of a core, however small its steps", () => {
  expect(asked(5_000, 100).idleFor).toBeLessThanOrEqual(1_020);
});

test("is not idle before it is asked for", () => {
  const work = new Work();
  vi.advanceTimersByTime(10_000);

  expect(work.idleFor).toBe(0);
});
