import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { marked, type MarkedToken, type Token, type Tokens } from "marked";
import { describe, expect, test } from "vitest";
import { folderOf, root, steps } from "../workshop/catalog.ts";
import { anchorsOf } from "./support/anchors.ts";

const ENGLISH = "README.md";
const JAPANESE = "README.ja.md";

/** The five parts of every step's README, as they are called in Japanese. */
const PARTS = [
  "ここまでのおさらい",
  "何が起きるか",
  "自分で書くところ",
  "満たすべき条件",
  "なぜそうなるのか",
];

const ofSteps = steps.map((step) => inClone(folderOf(step, "starter")));

describe.each([".", ...ofSteps])(`${JAPANESE} in %s, like the English text,`, (folder) => {
  test("has its blocks in the same order", () => {
    expect(outline(read(folder, JAPANESE))).toEqual(outline(read(folder, ENGLISH)));
  });

  test("tells the same TODOs in the same order", () => {
    expect(todosIn(read(folder, JAPANESE))).toEqual(todosIn(read(folder, ENGLISH)));
  });

  test("shows the same code and the same output", () => {
    const codeIn = (text: string) => ofType(text, "code").map(withoutProse);

    expect(codeIn(read(folder, JAPANESE))).toEqual(codeIn(read(folder, ENGLISH)));
  });

  test("names the same things in code, in whatever order", () => {
    const spansIn = (text: string) => ofType(text, "codespan").map(inOneLine);

    expect(spansIn(read(folder, JAPANESE)).sort()).toEqual(spansIn(read(folder, ENGLISH)).sort());
  });

  test("links to the same places, and to what is there in its own language", () => {
    const linksIn = (text: string) => ofType(text, "link").map(({ href }) => href);
    const [english, japanese] = [read(folder, ENGLISH), read(folder, JAPANESE)];
    const headings = anchorsOf(japanese);
    const sameHeading = (href: string) => `#${headings[anchorsOf(english).indexOf(href.slice(1))]}`;

    expect(linksIn(japanese).map(decodeURI).sort()).toEqual(
      linksIn(english)
        .map((href) => (href.startsWith("#") ? sameHeading(href) : inTheOtherLanguage(href)))
        .map(decodeURI)
        .sort(),
    );
  });

  // Between letters without spaces, ** beside a bracket or a full stop is no emphasis to Markdown.
  test("has no emphasis that is shown as asterisks", () => {
    const words = ofType(read(folder, JAPANESE), "text").filter(({ tokens }) => !tokens);

    expect(words.map(({ raw }) => raw).filter((raw) => raw.includes("**"))).toEqual([]);
  });
});

test.each(ofSteps)(`${JAPANESE} in %s calls the five parts by their names`, (folder) => {
  const parts = ofType(read(folder, JAPANESE), "heading").filter(({ depth }) => depth === 2);

  expect(parts.map(({ text }) => text)).toEqual(PARTS);
});

function inClone(folder: string): string {
  return relative(root, folder).replaceAll("\\", "/");
}

function read(folder: string, file: string): string {
  return readFileSync(join(root, folder, file), "utf8");
}

/** The blocks of a text, a line for each: `heading 2`, `list of 3`, `code sh`. */
function outline(text: string): string[] {
  return tokensOf(text).flatMap((token) => {
    switch (token.type) {
      case "heading":
        return `heading ${token.depth}`;
      case "paragraph":
      case "blockquote":
        return token.type;
      case "list":
        return `list of ${token.items.length}`;
      case "code":
        return `code ${token.lang ?? ""}`;
      case "table":
        return `table of ${token.rows.length} rows and ${token.header.length} columns`;
      default:
        return [];
    }
  });
}

function todosIn(text: string): string[] {
  return text.match(/TODO \d+\.\d+/g) ?? [];
}

/**
 * A block of code without what is prose in it: a comment at the end of a line, what is said of a
 * folder behind its name, and the labels of a drawing.
 */
function withoutProse({ lang, text }: Tokens.Code): string {
  return text
    .split("\n")
    .map((line) =>
      lang === "mermaid"
        ? line.replace(/\[[^\]]*\]/g, "[]").replace(/(: | as ).*/, "$1")
        : line.replace(/(^|\s+)# .*/, "").replace(/^(\w+\/)\s{2,}.*/, "$1"),
    )
    .join("\n");
}

/** A line may be broken within a span of code. */
function inOneLine({ text }: Tokens.Codespan): string {
  return text.replace(/\s+/g, " ");
}

/** Where a link of the one text leads in the other. */
function inTheOtherLanguage(href: string): string {
  if (href === JAPANESE) return ENGLISH;
  return href.replace(/(^|\/)README\.md(?=#|$)/, `$1${JAPANESE}`);
}

function ofType<T extends MarkedToken["type"]>(text: string, type: T) {
  return tokensOf(text).filter(
    (token): token is Extract<MarkedToken, { type: T }> => token.type === type,
  );
}

/** All tokens of a text in order, each before those inside of it. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  marked.walkTokens(marked.lexer(text), (token) => void tokens.push(token));
  return tokens;
}
