import { describe, expect, test } from "vitest";
import { TestTerminal } from "../testing/terminal.ts";
import { Screen } from "./screen.ts";

const FOOTER = ["──────── footer", " keys"];

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`);

function open(columns = 40, rows = 10) {
  const terminal = new TestTerminal(columns, rows);
  let footer = FOOTER;
  const screen = new Screen(terminal, () => footer);
  return {
    terminal,
    screen,
    changeFooter(lines: string[]) {
      footer = lines;
      screen.refresh();
    },
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  };
}

describe("a log with a footer", () => {
  test("shows the footer right below the log", async () => {
    using it = open();

    it.screen.log("one\ntwo");
    await it.terminal.shows(/keys/);

    expect((await it.terminal.all()).slice(0, 4)).toEqual(["one", "two", ...FOOTER]);
  });

  test("keeps the footer at the bottom, and every line of the log in the scrollback", async () => {
    using it = open();

    for (const line of numbered(300)) it.screen.log(line);
    const text = await it.terminal.shows(/line 300[^]*keys/);

    expect(text.split("\n").slice(-2)).toEqual(FOOTER);
    expect(await it.terminal.all()).toEqual([...numbered(300), ...FOOTER]);
  });

  test("writes a burst in a few frames, each with one write", async () => {
    using it = open();

    for (const line of numbered(1_000)) it.screen.log(line);
    await it.terminal.shows(/line 1000/);

    expect(it.terminal.writes.length).toBeLessThan(5);
  });

  test("writes nothing where nothing has changed", async () => {
    using it = open();
    await it.terminal.shows(/keys/);
    const before = it.terminal.writes.length;

    it.screen.refresh();
    it.changeFooter(["──────── footer", " other keys"]);
    await it.terminal.shows(/other keys/);

    expect(it.terminal.writes.length).toBe(before + 1);
  });

  test("takes a footer back that has become shorter", async () => {
    using it = open();
    await it.terminal.shows(/keys/);

    it.changeFooter(["short"]);
    await it.terminal.shows(/short/);

    expect(await it.terminal.all()).toEqual(["short"]);
  });

  test("leaves long lines whole, for the terminal to break and for people to copy", async () => {
    using it = open(20);
    const long = "a line that is longer than its terminal is wide, by far";

    it.screen.log(long);
    it.screen.log("next");
    await it.terminal.shows(/next/);

    expect(await it.terminal.all()).toEqual([long, "next", FOOTER[0], FOOTER[1]]);
  });

  test("cuts the footer where the terminal is too narrow", async () => {
    using it = open(10);

    await it.terminal.shows(/keys/);

    expect(await it.terminal.all()).toEqual(["────────…", " keys"]);
  });

  test("has no two blank lines in a row", async () => {
    using it = open();

    it.screen.log("one\n");
    it.screen.log("\ntwo");
    await it.terminal.shows(/two/);

    expect((await it.terminal.all()).slice(0, 3)).toEqual(["one", "", "two"]);
  });
});

describe("a terminal that gets another size", () => {
  const sizes = [
    [20, 10],
    [80, 10],
    [40, 5],
    [40, 30],
    [25, 4],
  ] as const;

  test.each(sizes)("of %d columns and %d rows shows the footer once", async (columns, rows) => {
    using it = open();
    const lines = numbered(50).map((line) => `${line} ${"x".repeat(20)}`);
    for (const line of lines) it.screen.log(line);
    await it.terminal.shows(/keys/);

    await it.terminal.resize(columns, rows);
    it.screen.log("after");
    await it.terminal.shows(/after[^]*keys/);

    expect(await it.terminal.all()).toEqual([...lines, "after", ...FOOTER]);
  });

  test("shows the footer once also when it changes at every moment", async () => {
    using it = open();
    it.screen.log(numbered(30).join("\n"));

    for (let columns = 60; columns >= 18; columns -= 3) await it.terminal.resize(columns, 8);
    for (let columns = 18; columns <= 60; columns += 3) await it.terminal.resize(columns, 12);
    it.screen.log("after");
    await it.terminal.shows(/after[^]*keys/);

    expect(await it.terminal.all()).toEqual([...numbered(30), "after", ...FOOTER]);
  });
});

describe("a page", () => {
  const page = { title: "Long", lines: () => numbered(100).map((line) => `page ${line}`) };

  test("is read on a screen of its own, and leaves the log as it was", async () => {
    using it = open();
    it.screen.log("before");

    it.screen.page(page);
    const open_ = await it.terminal.shows(/page line 9/);
    it.screen.press("q");
    await it.terminal.shows(/keys/);

    expect(open_).not.toContain("before");
    expect(await it.terminal.all()).toEqual(["before", ...FOOTER]);
  });

  test("hides what happens meanwhile, which is there when it is closed", async () => {
    using it = open();
    it.screen.page(page);

    for (const line of numbered(20)) it.screen.log(line);
    it.screen.press("G");
    const text = await it.terminal.shows(/page line 100/);
    it.screen.press("q");
    await it.terminal.shows(/keys/);

    expect(text).not.toMatch(/^line/m);
    expect(await it.terminal.all()).toEqual([...numbered(20), ...FOOTER]);
  });

  test("keeps of very much that happens meanwhile the end, and says so", async () => {
    using it = open();
    it.screen.page(page);

    for (const line of numbered(6_000)) it.screen.log(line);
    it.screen.press("q");
    await it.terminal.shows(/line 6000/);

    const [first, second] = await it.terminal.all();
    expect([first, second]).toEqual(["… and 1000 lines before these", "line 1001"]);
  });

  test("is laid out anew for another size, and loses nothing of the log", async () => {
    using it = open();
    it.screen.log(numbered(30).join("\n"));
    it.screen.page({ title: "Wide", lines: (width) => [`for ${width} columns`] });
    await it.terminal.shows(/for 40 columns/);

    await it.terminal.resize(30, 8);
    await it.terminal.shows(/for 30 columns/);
    it.screen.log("after");
    it.screen.press("escape");
    await it.terminal.shows(/after[^]*keys/);

    const lines = await it.terminal.all();
    expect(lines.filter((line) => line)).toEqual([...numbered(30), "after", ...FOOTER]);
  });
});

describe("the terminal is given back", () => {
  test("with the log and without the footer", async () => {
    using it = open();
    it.screen.log("one");
    await it.terminal.shows(/keys/);

    it.screen.log("last");
    it.screen.release();

    expect(await it.terminal.all()).toEqual(["one", "last"]);
    expect(await it.terminal.isGivenBack()).toBe(true);
  });

  test("from an open page, too, with what was hidden", async () => {
    using it = open();
    it.screen.page({ title: "Long", lines: () => ["page"] });
    it.screen.log("hidden");

    it.screen.release();

    expect(await it.terminal.all()).toEqual(["hidden"]);
    expect(await it.terminal.isGivenBack()).toBe(true);
  });

  test("and can be taken again, with what has come meanwhile", async () => {
    using it = open();
    it.screen.release();

    it.screen.log("meanwhile");
    const between = await it.terminal.all();
    it.screen.take();
    await it.terminal.shows(/keys/);

    expect(between).toEqual([]);
    expect(await it.terminal.all()).toEqual(["meanwhile", ...FOOTER]);
  });

  test("once: who has it already gets nothing more", async () => {
    using it = open();
    it.screen.release();
    const before = it.terminal.writes.length;

    it.screen.release();
    it.screen.log("late");

    expect(it.terminal.writes.length).toBe(before);
  });
});
