import { describe, expect, test } from "vitest";
import { duration, wrap } from "./text.ts";

describe("a text", () => {
  test("is broken at spaces into lines of the width", () => {
    expect(wrap("four workers share one port", 20)).toEqual(["four workers share", "one port"]);
  });

  test("keeps a word whole that is longer than the width", () => {
    const word = "ecosystem.config.cjs-and-more";

    expect(wrap(`see ${word} now`, 20)).toEqual(["see", word, "now"]);
  });

  test("keeps the line breaks that it has", () => {
    expect(wrap("one\ntwo", 80)).toEqual(["one", "two"]);
  });

  test("is not broken into crumbs where the width is nothing", () => {
    expect(wrap("a session is known", 0)).toEqual(["a session is known"]);
  });

  test("of no words is one empty line", () => {
    expect(wrap("", 40)).toEqual([""]);
  });
});

test.each([
  [0.4, "0 ms"],
  [41.2, "41 ms"],
  [1_000, "1.0 s"],
  [1_349, "1.3 s"],
  [61_000, "61.0 s"],
])("%d ms are told as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});
