import { describe, expect, test } from "vitest";
import { bootstrap, estimate, mean, median, percentile, wilson } from "./statistics.ts";

describe("Wilson's interval", () => {
  // From the formula by hand; R's prop.test(…, correct = FALSE) says the same.
  test.each<[number, number, number, number]>([
    [0, 40, 0, 0.0876],
    [40, 40, 0.9124, 1],
    [20, 40, 0.352, 0.648],
    [1, 10, 0.0179, 0.4042],
  ])("of %i of %i is %f to %f", (held, of, low, high) => {
    const found = wilson(held, of);

    expect(found.value).toBe(held / of);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  test("of no tries is no number", () => {
    expect(wilson(0, 0).value).toBeNaN();
  });
});

describe("the bootstrap interval", () => {
  test("holds the value, and is the same each time", () => {
    const rounds = [
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5, 6],
    ];
    const found = bootstrap(rounds);

    expect(found.value).toBe(median(rounds.flat()));
    expect(found.low).toBeLessThanOrEqual(found.value);
    expect(found.high).toBeGreaterThanOrEqual(found.value);
    expect(bootstrap(rounds)).toEqual(found);
  });

  test("holds the true median in about 95 of 100 cases", () => {
    const random = chance();
    const cases = Array.from({ length: 120 }, () => {
      const { low, high } = bootstrap([Array.from({ length: 40 }, () => random() ** 2)]);
      return low <= 0.25 && 0.25 <= high;
    });

    const share = cases.filter(Boolean).length / cases.length;
    expect(share).toBeGreaterThan(0.88);
  });

  test("is wider where rounds differ than where the same samples came mixed", () => {
    const [slow, fast] = [Array<number>(20).fill(20), Array<number>(20).fill(10)];
    const mixed = [...slow, ...fast];
    const apart = bootstrap([slow, slow, fast], (all) => percentile(all, 0.5));
    const together = bootstrap([mixed, mixed], (all) => percentile(all, 0.9));

    expect(apart.high - apart.low).toBe(10);
    expect(together.high - together.low).toBe(0);
  });

  test("of one sample is that sample", () => {
    expect(bootstrap([[7]])).toEqual({ value: 7, low: 7, high: 7 });
  });

  test("tells what never came from what took long", () => {
    expect(bootstrap([[1, Infinity, Infinity]]).value).toBe(Infinity);
  });
});

describe("an estimate", () => {
  test.each([
    [[[4, 1, 9]], { value: 4, low: 1, high: 9, interval: "range" }],
    [[[4], [1], [9], [5], [6]], { value: 5, low: 1, high: 9, interval: "range" }],
    [[[3, 3, 3]], { value: 3, low: 3, high: 3, interval: "none" }],
    [[[7]], { value: 7, low: 7, high: 7, interval: "none" }],
  ])("of a few samples, %j, has their range and claims no 95 %%", (rounds, expected) => {
    expect(estimate(rounds)).toEqual(expected);
  });

  test("of six samples on has the bootstrap's interval", () => {
    const rounds = [
      [1, 2, 3],
      [4, 5, 9],
    ];

    expect(estimate(rounds, mean)).toEqual({ ...bootstrap(rounds, mean), interval: "bootstrap" });
  });
});

/** Numbers that are the same in each run of this test. */
function chance(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
