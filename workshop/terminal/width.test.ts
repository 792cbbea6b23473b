import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { cut, flow, fold, widthOf } from "./width.ts";

test.each([
  ["worker 0", 8],
  ["✓ – · …", 7],
  ["日本語", 6],
  ["👍🏽", 2],
  ["👨‍👩‍👧", 2],
  ["e\u0301", 1],
  ["\x1b[31mred\x1b[39m", 3],
])("%j is %d columns wide", (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test("a text flows in lines of a width, and what is bold takes no more room", () => {
  expect(flow("\x1b[1mfour\x1b[22m workers share\none port", 12)).toBe(
    "\x1b[1mfour\x1b[22m workers\nshare\none port",
  );
});

describe("a line that is too long", () => {
  test.each([
    ["four workers", 12, "four workers"],
    ["four workers", 11, "four worke…"],
    ["日本語です", 6, "日本…"],
    ["\x1b[31mfour workers\x1b[39m", 5, "\x1b[31mfour\x1b[39m…"],
    ["four", 1, "…"],
    ["four", 0, ""],
  ])("is cut: %j to %d", (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  test("is folded where the terminal would break it, with its colours on both sides", () => {
    expect(fold("\x1b[31mabcdef\x1b[39m", 4)).toEqual([
      "\x1b[31mabcd\x1b[39m",
      "\x1b[31mef\x1b[39m",
    ]);
  });

  test("goes on below itself", () => {
    expect(fold("12 \x1b[31mabcdefghij\x1b[39m", 7, 3).map(stripVTControlCharacters)).toEqual([
      "12 abcd",
      "   efgh",
      "   ij",
    ]);
  });

  test("keeps its spaces when it is folded", () => {
    expect(fold("    a  b", 6)).toEqual(["    a ", " b"]);
  });
});
