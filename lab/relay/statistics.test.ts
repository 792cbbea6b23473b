import { describe, expect, test } from "vitest";
import { median, percentile, summarize } from "./statistics.ts";

describe("a percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

  test("is a sample that so large a share of all does not exceed", () => {
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
  });

  test("of one sample is that sample", () => {
    expect(percentile([7], 0.99)).toBe(7);
  });

  test("of none is no number", () => {
    expect(median([])).toBeNaN();
  });

  test("sorts numbers, not texts", () => {
    expect(median([10, 9, 100])).toBe(10);
  });
});

describe("a summary", () => {
  test("is of the samples of all rounds", () => {
    expect(summarize([[1, 2], [3]])).toMatchObject({ samples: 3, median: 2, mean: 2, p99: 3 });
  });

  test("tells how far the rounds lie apart", () => {
    expect(summarize([[10], [12], [11]]).spread).toBeCloseTo(2 / 11);
  });

  test("of one round has no spread", () => {
    expect(summarize([[10, 20, 30]]).spread).toBe(0);
  });
});
