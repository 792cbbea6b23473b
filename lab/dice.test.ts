import { describe, expect, test } from "vitest";
import { dice, sample, shuffled } from "./dice.ts";
import { percentile } from "./statistics.ts";

const eight = [1, 2, 3, 4, 5, 6, 7, 8];

describe("dice", () => {
  test("fall the same for the same seed, be it a number or words", () => {
    const throws = (seed: number | string) => eight.map(dice(seed));

    expect(throws(7)).toEqual(throws(7));
    expect(throws("fix=none workers=4")).toEqual(throws("fix=none workers=4"));
    expect(throws("fix=none workers=4")).not.toEqual(throws("fix=none workers=5"));
  });
});

describe("shuffled", () => {
  test("has all of them once, in another order", () => {
    const mixed = shuffled(eight, dice(1));

    expect(mixed.toSorted()).toEqual(eight);
    expect(mixed).not.toEqual(eight);
  });

  test("puts each in each place as often as others", () => {
    const random = dice(1);
    const firsts = Array.from({ length: 4_000 }, () => shuffled([0, 1, 2, 3], random)[0]);

    for (const one of [0, 1, 2, 3]) {
      const share = firsts.filter((first) => first === one).length / firsts.length;
      expect(share).toBeCloseTo(0.25, 1);
    }
  });
});

describe("a sample", () => {
  test("is all where they are few", () => {
    expect(sample(eight, 8, dice(1))).toEqual(eight);
    expect(sample(eight, 100, dice(1))).toEqual(eight);
  });

  test("has so many of many, each once", () => {
    const kept = sample(
      Array.from({ length: 1_000 }, (_, at) => at),
      100,
      dice(1),
    );

    expect(new Set(kept).size).toBe(100);
  });

  test("knows the slowest of each message, however many clients a process has", () => {
    // 100 messages to 250 clients each, the last of whom hears it after 250 ms: every 50th is never one.
    const latencies = Array.from({ length: 25_000 }, (_, at) => (at % 250) + 1);
    const kept = sample(latencies, 2_000, dice(1));

    expect(percentile(latencies, 0.99)).toBe(248);
    expect(Math.abs(percentile(kept, 0.99) - 248)).toBeLessThanOrEqual(2);
    expect(Math.max(...kept)).toBe(250);
    expect(Math.abs(percentile(kept, 0.5) - 125)).toBeLessThan(10);
  });
});
