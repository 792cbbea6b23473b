import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { Pager, type Page } from "./pager.ts";
import { widthOf } from "./width.ts";

const hundred: Page = {
  title: "Solution",
  lines: () => Array.from({ length: 100 }, (_, at) => `line ${at + 1}`),
};
const size = { columns: 80, rows: 11 };

const open = (page: Page = hundred, at = size) => new Pager(page, at);
const press = (pager: Pager, keys: string) =>
  keys.split(" ").every((key) => pager.press(key === "space" ? " " : key));
const shown = (pager: Pager) => pager.frame().map(stripVTControlCharacters);
/** The first and the last line that are shown. */
const span = (pager: Pager) => {
  const lines = shown(pager).slice(0, -1);
  return [lines[0], lines.at(-1)];
};

describe("keys move through a page", () => {
  test.each([
    ["down", "line 2", "line 11"],
    ["j j j", "line 4", "line 13"],
    ["J", "line 2", "line 11"],
    ["return", "line 2", "line 11"],
    ["j j up", "line 2", "line 11"],
    ["j j K", "line 2", "line 11"],
    ["space", "line 11", "line 20"],
    ["pagedown pagedown", "line 21", "line 30"],
    ["space b", "line 1", "line 10"],
    ["space pageup", "line 1", "line 10"],
    ["G", "line 91", "line 100"],
    ["end", "line 91", "line 100"],
    ["G g", "line 1", "line 10"],
    ["G home", "line 1", "line 10"],
    ["G down", "line 91", "line 100"],
    ["up", "line 1", "line 10"],
    ["x ctrl-l f5", "line 1", "line 10"],
  ])("%s: %s to %s", (keys, first, last) => {
    const pager = open();

    expect(press(pager, keys)).toBe(true);

    expect(span(pager)).toEqual([first, last]);
  });

  test.each(["q", "Q", "escape"])("%s closes it", (key) => {
    expect(open().press(key)).toBe(false);
  });
});

describe("a search", () => {
  const find = (pager: Pager, text: string) => press(pager, ["/", ...text, "return"].join(" "));

  test("goes to the next line with the text, in capitals or not", () => {
    const pager = open();

    find(pager, "LINE");
    find(pager, "42");

    expect(span(pager)[0]).toBe("line 42");
  });

  test("goes on with n and back with N, and from the end to the beginning", () => {
    const pager = open();
    find(pager, "5");
    const seen = ["n", "n", "N", "N", "N"].map((key) => {
      pager.press(key);
      return span(pager)[0];
    });

    expect(seen).toEqual(["line 15", "line 25", "line 15", "line 5", "line 91"]);
  });

  test("begins where somebody has moved to", () => {
    const pager = open();
    find(pager, "5");

    press(pager, "g space space space space n");

    expect(span(pager)[0]).toBe("line 45");
  });

  test("shows in reverse where the text is", () => {
    const pager = open();

    find(pager, "7");

    expect(pager.frame()[0]).toBe("line \x1b[7m7\x1b[27m");
  });

  test("says what is nowhere", () => {
    const pager = open();

    find(pager, "zebra");

    expect(shown(pager).at(-1)).toContain('There is no "zebra"');
    expect(span(pager)[0]).toBe("line 1");
  });

  test("shows what is typed, with the cursor behind it", () => {
    const pager = open();

    press(pager, "/ q n x backspace");

    expect(shown(pager).at(-1)).toBe("/qn");
    expect(pager.cursor).toBe(3);
  });

  test.each(["/ a escape", "/ a backspace backspace"])("is given up by %s", (keys) => {
    const pager = open();

    expect(press(pager, keys)).toBe(true);

    expect(shown(pager).at(-1)).toContain("Solution");
    expect(pager.cursor).toBeUndefined();
  });
});

describe("the last row", () => {
  test("says what this is, where one is, and what can be pressed", () => {
    const pager = open();
    pager.press(" ");

    expect(shown(pager).at(-1)).toMatch(/^ Solution · 11–20 of 100 +q back .*\/ search.* $/);
  });

  test.each([20, 30, 40, 60, 80, 200])("fits into %d columns, with the place in it", (columns) => {
    const last =
      shown(open({ ...hundred, title: "A title that is rather long" }, { columns, rows: 5 })).at(
        -1,
      ) ?? "";

    expect(widthOf(last)).toBe(columns);
    expect(last).toContain("1–4 of 100");
  });
});

describe("a page", () => {
  test("that is short fills the screen with nothing", () => {
    const lines = shown(open({ title: "Short", lines: () => ["one"] }));

    expect(lines.slice(0, 3)).toEqual(["one", "", ""]);
    expect(lines).toHaveLength(size.rows);
  });

  test("may begin at its end", () => {
    expect(span(open({ ...hundred, fromEnd: true }))).toEqual(["line 91", "line 100"]);
  });

  test("with lines that are too long goes on in the next row, and can be read to its end", () => {
    const pager = open(
      { title: "Wide", lines: () => ["x".repeat(90), "last"] },
      { columns: 20, rows: 4 },
    );

    pager.press("G");

    expect(span(pager)).toEqual(["x".repeat(20), "last"]);
  });

  test.each([
    [40, 21],
    [160, 6],
  ])("stays where it is in a terminal of %d columns and %d rows", (columns, rows) => {
    const lines = () => Array.from({ length: 100 }, (_, at) => `line ${at + 1} ${"x".repeat(60)}`);
    const pager = open({ title: "Wide", lines });
    press(pager, "space space");

    pager.resize({ columns, rows });

    expect(span(pager)[0]?.slice(0, 7)).toBe("line 21");
  });

  test("of no lines can be shown", () => {
    expect(shown(open({ title: "Nothing", lines: () => [] }))[0]).toBe("");
  });
});
