import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { folderOf, steps } from "./catalog.ts";
import { renderMarkdown, sectionOf, sectionsIn } from "./markdown.ts";
import { widthOf } from "./terminal/width.ts";

test.each(steps)('step $number has a "Why it works" to be shown after a pass', (step) => {
  const text = sectionOf(step, "Why it works");

  expect(text.length).toBeGreaterThan(200);
  expect(text).not.toMatch(/^## /m);
  expect(sectionOf(step, "Nothing of the kind")).toBe("");
});

test("what looks like a heading in code is none", () => {
  const text = "## One\n\n```sh\n## a comment\n```\n\n## Two\n\nlast";

  expect(sectionsIn(text)).toEqual([
    { title: "One", text: "```sh\n## a comment\n```" },
    { title: "Two", text: "last" },
  ]);
});

describe.each([24, 60, 100])("in %d columns", (width) => {
  test.each(steps)("no line of the README of step $number is wider", (step) => {
    const text = readFileSync(join(folderOf(step, "starter"), "README.md"), "utf8");

    for (const line of renderMarkdown(text, width)) {
      expect(widthOf(line), line).toBeLessThanOrEqual(width);
    }
  });
});

test("paragraphs are filled, code and lists keep their shape", () => {
  const text = [
    "One **two** three",
    "four `five  six` [seven](../other.md) <https://eight.example>.",
    "",
    "```js",
    "if (a) {",
    "\tb &lt; c;",
    "}",
    "```",
    "",
    "- first, which is so long that it has to go on in the next line",
    "- second",
    "  1. inner",
    "  2. inner, too",
  ].join("\n");

  expect(plain(text, 40)).toEqual([
    expect.stringMatching(/^One two three four `?five {2}six`? seven$/),
    "https://eight.example.",
    "",
    "    if (a) {",
    "        b &lt; c;",
    "    }",
    "",
    "- first, which is so long that it has to",
    "  go on in the next line",
    "- second",
    "  1. inner",
    "  2. inner, too",
  ]);
});

test("the name of a link is followed by its address, where that is another one", () => {
  expect(plain("[the docs](https://socket.io/docs) say", 80)).toEqual([
    "the docs (https://socket.io/docs) say",
  ]);
});

test("a table has columns, and becomes paragraphs where it is too wide", () => {
  const text = [
    "| field   | what it is                       |",
    "| ------- | -------------------------------- |",
    "| `owner` | the worker that opened a session |",
    "| 状態    | the status                       |",
  ].join("\n");

  const rows = plain(text, 80).map((line) => line.replaceAll("`", ""));
  expect(rows[0]).toMatch(/^field {2,4}what it is$/);
  expect(rows[1]).toMatch(/^owner {2,4}the worker that opened a session$/);
  expect(widthOf(rows[2]?.replace("the status", "") ?? "")).toBe(rows[0]?.indexOf("what"));
  expect(plain(text, 22)).toEqual(
    expect.arrayContaining(["field: 状態", "what it is: the status"]),
  );
});

test("a letter that a terminal would obey is not passed on", () => {
  expect(plain("a \x1b[2J b `\x07`", 40).join("")).not.toMatch(/\p{Cc}/u);
});

/** Without colours, which depend on where the tests run. */
function plain(text: string, width: number): string[] {
  return renderMarkdown(text, width).map(stripVTControlCharacters);
}
