import { describe, expect, test } from "vitest";
import { differenceOf } from "./difference.ts";

const lines = (...all: string[]) => all.join("\n");

describe("the difference between what was written down and what was seen", () => {
  test("shows lines that are in one of them only, beside those that both have", () => {
    const written = lines(
      "✗ four workers",
      "    Saw 1 process, in fork mode.",
      "    Hint     Fork.",
    );
    const seen = lines("✗ four workers", "    Saw 2 processes.", "    Hint     Fork.");

    expect(differenceOf(written, seen).split("\n")).toEqual([
      "  ✗ four workers",
      "-     Saw 1 process, in fork mode.",
      "+     Saw 2 processes.",
      "      Hint     Fork.",
    ]);
  });

  test("takes a … for what stands in its place", () => {
    expect(differenceOf("Saw pid … here", "Saw pid 41203 here")).toBe("  Saw pid 41203 here");
  });

  test("takes a line that is only … for any number of lines, and shows them", () => {
    expect(differenceOf(lines("a", "…", "b"), lines("a", "1", "2", "b", "c")).split("\n")).toEqual([
      "  a",
      "… 1",
      "… 2",
      "  …",
      "  b",
      "+ c",
    ]);
  });

  test("keeps as many lines together as it can", () => {
    expect(differenceOf(lines("a", "b", "c"), lines("b", "c", "a")).split("\n")).toEqual([
      "- a",
      "  b",
      "  c",
      "+ a",
    ]);
  });
});
