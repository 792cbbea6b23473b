import { expect, test } from "vitest";
import { elapsed } from "./elapsed.ts";

const MINUTE = 60_000;

test.each([
  [400, "0 s"],
  [40_000, "40 s"],
  [MINUTE, "1 min"],
  [59.9 * MINUTE, "59 min"],
  [60 * MINUTE, "1 h"],
  [125 * MINUTE, "2 h 5 min"],
  [24 * 60 * MINUTE, "1 day"],
  [(3 * 24 + 4) * 60 * MINUTE, "3 days 4 h"],
])("%d ms are said as %s", (ms, words) => {
  expect(elapsed(ms)).toBe(words);
});
