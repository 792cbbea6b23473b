import { expect, test } from "vitest";
import { has, mark } from "./search.ts";

test.each([
  ["const io = new Server()", "new server", true],
  ["\x1b[31mred\x1b[39m and more", "red and", true],
  ["\x1b[31mred\x1b[39m", "31", false],
])("%j has %j: %s", (line, text, expected) => {
  expect(has(line, text)).toBe(expected);
});

test.each([
  ["no such text", "zebra", "no such text"],
  ["one two one", "one", "\x1b[7mone\x1b[27m two \x1b[7mone\x1b[27m"],
  ["One", "oNE", "\x1b[7mOne\x1b[27m"],
  ["\x1b[31mred\x1b[39m and", "red and", "\x1b[31m\x1b[7mred\x1b[27m\x1b[39m\x1b[7m and\x1b[27m"],
  ["anything", "", "anything"],
  ["a.b", ".", "a\x1b[7m.\x1b[27mb"],
])("in %j, %j is marked", (line, text, marked) => {
  expect(mark(line, text)).toBe(marked);
});
