import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, root, steps } from "../workshop/catalog.ts";
import { makeFolder } from "../workshop/testing/folder.ts";
import { flawOf, quotesIn } from "./quotes.ts";

const REPORTS = join(root, "lab", "reports");

const texts = [root, ...steps.map((step) => folderOf(step, "starter"))].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /^README(\.\w+)?\.md$/.test(name))
    .map((name) => join(folder, name)),
);

test("every figure that a text quotes from the lab stands in a committed report", () => {
  const flaws = texts.flatMap((file) =>
    quotesIn(readFileSync(file, "utf8")).flatMap((quote) => {
      const flaw = flawOf(quote, REPORTS);
      return flaw === undefined ? [] : `${file}, ${quote.experiment} ${quote.measure}: ${flaw}`;
    }),
  );

  expect(flaws).toEqual([]);
});

test("the README quotes figures from the lab", () => {
  expect(quotesIn(readFileSync(join(root, "README.md"), "utf8"))).not.toEqual([]);
});

describe("a quote", () => {
  const mark = (text: string) => `<!-- lab tiny connected fix=none workers=4: ${text} -->`;

  function flaw(markdown: string): string | undefined {
    using folder = makeFolder();
    const summary = { measure: "connected", at: { fix: "none", workers: 4 }, text: "2 of 40" };
    mkdirSync(join(folder.path, "tiny"));
    writeFileSync(
      join(folder.path, "tiny", "result.json"),
      JSON.stringify({ summaries: [summary] }),
    );
    const [quote] = quotesIn(markdown);
    if (!quote) throw new Error("There is no quote in it.");
    return flawOf(quote, folder.path);
  }

  test("holds when the report says the same, and the text below", () => {
    expect(flaw(`${mark("2 of 40")}\n\nWith four workers 2 of 40 connect.\n`)).toBeUndefined();
  });

  test("holds in a list and in a table, below other comments", () => {
    expect(
      flaw(`${mark("2 of 40")}\n<!-- lab other x y=1: 7 -->\n\n| 4 | 2 of 40 |\n`),
    ).toBeUndefined();
  });

  test("may be one of several, each of a place of its own", () => {
    const quotes = quotesIn(
      "<!-- lab tiny time fix=none|relay workers=4: 2 ms | 3 ms (2–4) -->\n\n2, 3",
    );

    expect(quotes.map(({ at, text }) => [at, text])).toEqual([
      [{ fix: "none", workers: 4 }, "2 ms"],
      [{ fix: "relay", workers: 4 }, "3 ms (2–4)"],
    ]);
  });

  test("does not hold when the report says something else", () => {
    expect(flaw(`${mark("3 of 40")}\n\n3 of 40 connect.\n`)).toBe(
      "the report says 2 of 40, and the comment says 3 of 40",
    );
  });

  test("does not hold when the text below says something else", () => {
    expect(flaw(`${mark("2 of 40")}\n\n3 of 40 connect.\n\n2 of them.\n`)).toBe(
      "the text below does not say 2",
    );
  });

  test("does not hold where nothing was measured", () => {
    expect(flaw("<!-- lab tiny connected fix=none workers=5: 2 of 40 -->\n\n2 of 40\n")).toBe(
      "the report of tiny has no connected there",
    );
    expect(flaw("<!-- lab huge connected fix=none: 2 of 40 -->\n\n2 of 40\n")).toBe(
      "there is no committed report of huge",
    );
  });
});
