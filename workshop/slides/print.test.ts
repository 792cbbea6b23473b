import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../testing/folder.ts";
import { printDeck } from "./print.ts";
import { count, LOOK } from "./testing/open-deck.ts";

describe("on paper", () => {
  test.for([
    { name: "the deck", notes: false },
    { name: "the handout", notes: true },
  ])("$name has a page for each slide", async ({ notes }, { onTestFinished }) => {
    const folder = makeFolder();
    onTestFinished(() => folder[Symbol.dispose]());

    const file = await printDeck(LOOK, `${folder.path}/deck.pdf`, { notes });

    const pages = readFileSync(file, "latin1").match(/\/Type\s*\/Page\b(?!s)/g);
    expect(pages).toHaveLength(count("class"));
  });
});
