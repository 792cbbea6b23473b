import colors from "picocolors";
import { describe, expect, test } from "vitest";
import { TestTerminal } from "../testing/terminal.ts";
import { clean } from "./clean.ts";

describe("what an app prints", () => {
  test.each([
    ["plain words", "plain words"],
    ["two\nlines", "two\nlines"],
    ["Windows\r\nlines\r\n", "Windows\nlines\n"],
    ["\x1b[2J\x1b[Hcleared", "cleared"],
    ["\x1b[3A\x1b[2Kup", "up"],
    ["\x1b[?1049h\x1b[?25lother screen", "other screen"],
    ["\x1b[?1049hdebug\x07 20", "debug\\x07 20"],
    ["\x1bcreset", "reset"],
    ["\x1b(0\x1b#8letters", "letters"],
    ["\x1b[>4;1mkeyboard", "keyboard"],
    ["\x1b[12;5", "12;5"],
    ["\x1b]0;my title\x07title", "title"],
    ["\x1b]52;c;c3RvbGVu\x1b\\clipboard", "clipboard"],
    ["\x1b]0;a title that has no end", ""],
    ["\x1bP+q544e\x1b\\query", "query"],
    ["\x9b2JC1", "C1"],
    ["bell\x07", "bell\\x07"],
    ["back\b\b", "back\\x08\\x08"],
    ["10 %\r50 %\r100 %", "100 %"],
    ["done\r", "done"],
    ["a\tb", "a    b"],
    ["nul\0", "nul\\x00"],
    ["right to left \u202eevil", "right to left \\u{202e}evil"],
    ["line\u2028separator", "line\\u{2028}separator"],
    ["👨‍👩‍👧 and 日本語", "👨‍👩‍👧 and 日本語"],
  ])("%j is shown as %j", (text, shown) => {
    expect(clean(text)).toBe(shown);
  });

  test("keeps its colours, which end with the line", () => {
    const text = "\x1b[31mred\nstill red";

    expect(clean(text)).toBe(
      colors.isColorSupported ? "\x1b[31mred\x1b[0m\nstill red" : "red\nstill red",
    );
  });

  test("is cut where a line is no reading matter any more, and the rest is counted", () => {
    expect(clean("x".repeat(5_000))).toBe(`${"x".repeat(2_000)}… (3000 more)`);
  });

  test("leaves the screen alone, whatever it is", async () => {
    const terminal = new TestTerminal(80, 24);
    const bytes = Array.from({ length: 4_096 }, (_, at) => (at * 7919) % 256);

    terminal.write("above\r\n");
    terminal.write(clean(Buffer.from(bytes).toString("latin1")).replaceAll("\n", "\r\n"));
    terminal.write(clean("\x1b[2J\x1b[?1049h\x1b[1;1H\x1b]0;").replaceAll("\n", "\r\n"));
    terminal.write("\r\nbelow");

    const lines = await terminal.all();
    expect(lines[0]).toBe("above");
    expect(lines.at(-1)).toBe("below");
    expect(await terminal.isGivenBack()).toBe(true);
  });
});
