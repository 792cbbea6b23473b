import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { folderOf, steps } from "./catalog.ts";
import { diffOf, renderDiff, type DiffOptions, type FileDiff } from "./diff.ts";
import { compareLines, readLines } from "./diff/lines.ts";
import { widthOf } from "./terminal/width.ts";
import { openDesk, runCli } from "./testing/cli.ts";
import { makeFolder, type Folder } from "./testing/folder.ts";

const found = steps[3];
if (!found) throw new Error("The catalogue lacks a step.");
const step = found;

const narrow: DiffOptions = { width: 80, colors: false };
const wide: DiffOptions = { width: 120, colors: false };

describe("what differs", () => {
  test.each(steps)("nothing, where the solution of step $number is the code", (each) => {
    expect(diffOf(each, folderOf(each, "solution"))).toEqual([]);
  });

  test("the marks of regions and the way in which lines end make no difference", () => {
    using folder = makeSolution();
    change(folder, "server.ts", (text) =>
      text
        .split("\n")
        .filter((line) => !/#(end)?region/.test(line))
        .join("\r\n"),
    );

    expect(diffOf(step, folder.path)).toEqual([]);
  });

  test("the files that a learner edits come first, in the order of the README", () => {
    using folder = makeSolution();
    for (const file of ["ecosystem.config.cjs", "public/client-options.js", "server.ts"]) {
      change(folder, file, (text) => `// mine\n${text}`);
    }

    expect(diffOf(step, folder.path).map(({ file }) => file)).toEqual([
      ...step.edit,
      "ecosystem.config.cjs",
    ]);
  });

  test("a file that is missing, one too many, and one that nobody can read are told apart", () => {
    using folder = makeSolution();
    rmSync(join(folder.path, "server.ts"));
    folder.write("public/client-options.js", "\0\0");
    folder.write("extra.ts", "mine");
    folder.write("node_modules/package/index.js", "not mine");
    folder.write(".hidden", "not mine");

    const kinds = diffOf(step, folder.path).map(({ file, kind }) => [file, kind]);

    expect(kinds).toEqual([
      ["server.ts", "missing"],
      ["public/client-options.js", "unreadable"],
      ["extra.ts", "extra"],
    ]);
  });

  test("with no copy at all, every file is missing", () => {
    const diffs = diffOf(step, join(folderOf(step, "work"), "nowhere"));

    expect(diffs.map(({ kind }) => kind)).toEqual(diffs.map(() => "missing"));
    expect(diffs).toHaveLength(4);
  });

  test("a file with nothing in common is compared in time", () => {
    const lines = (word: string) => Array.from({ length: 5_000 }, (_, at) => `${word} ${at}`);
    const start = performance.now();

    compareLines(readLines(lines("mine").join("\n")), readLines(lines("theirs").join("\n")));

    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("in one column", () => {
  test("the learner's line comes before the solution's, with its number in the learner's file", () => {
    const diff = compare(
      ["a", "//#region TODO 4.1", "// do it", "instances: 1,", "//#endregion", "z"],
      ["a", "//#region answer 4.1", "instances: 4,", "//#endregion", "z"],
    );

    expect(renderDiff([diff], narrow)).toEqual([
      "server.ts",
      "  1   a",
      "  3 - // do it",
      "  4 - instances: 1,",
      "    + instances: 4,",
      "  6   z",
    ]);
  });

  test("three lines stand around a difference, and those that are far apart are apart", () => {
    const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);
    const diff = compare(lines, lines.toSpliced(4, 1, "five").toSpliced(24, 1));

    expect(renderDiff([diff], narrow)).toEqual([
      "server.ts",
      ...[2, 3, 4].map((at) => `  ${at}   line ${at}`),
      "  5 - line 5",
      "    + five",
      ...[6, 7, 8].map((at) => `  ${at}   line ${at}`),
      "    ⋯",
      ...[22, 23, 24].map((at) => ` ${at}   line ${at}`),
      " 25 - line 25",
      ...[26, 27, 28].map((at) => ` ${at}   line ${at}`),
    ]);
  });

  test("differences whose surroundings meet are one", () => {
    const lines = Array.from({ length: 12 }, (_, at) => `line ${at + 1}`);
    const diff = compare(lines, lines.toSpliced(2, 1).toSpliced(7, 1));

    const numbers = renderDiff([diff], narrow)
      .slice(1)
      .map((line) => Number(line.slice(0, 3)));

    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});

describe("side by side", () => {
  test("lines that are alike stand beside each other, each with its own number", () => {
    const diff = compare(
      ["//#region TODO 4.1", "exec_mode: fork,", "//#endregion", "z"],
      ["exec_mode: cluster,", "instances: 4,", "z"],
    );

    expect(renderDiff([diff], wide).map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      "server.ts",
      " yours │ solution",
      " 2 - exec_mode: fork, │ 1 + exec_mode: cluster,",
      " │ 2 + instances: 4,",
      " 4 z │ 3 z",
    ]);
  });

  test("both sides keep to their columns with letters of two columns, tabs and emoji", () => {
    const diff = compare(
      ["const 挨拶 = 'こんにちは、世界。'.repeat(12); // 👩‍👩‍👧‍👦👍🏽 🇩🇪", "\tif (a)\t{", "same"],
      ["const greeting = '挨拶'; // 👩‍👩‍👧‍👦", "\t\tif (b) {", "same"],
    );

    for (const width of [110, 111, 133]) {
      const rows = renderDiff([diff], { width, colors: true }).map(stripVTControlCharacters);
      const lines = rows.slice(1).map((row) => widthOf(row.slice(0, row.indexOf("│"))));
      expect(new Set(lines)).toEqual(new Set([Math.floor((width - 3) / 2) + 1]));
      for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width);
    }
  });
});

describe("in any width", () => {
  test.each([30, 60, 80, 109, 110, 200])("no line of a diff is wider than %d columns", (width) => {
    for (const each of steps) {
      for (const colors of [true, false]) {
        const rows = renderDiff(diffOf(each, folderOf(each, "starter")), { width, colors });
        for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width);
      }
    }
  });

  test.each([40, 120])("a long line goes on below, and nothing of it is lost (%d)", (width) => {
    const long = Array.from({ length: 60 }, (_, at) => `word${at}`).join("_");
    const diff = compare(["const a = 1;"], [`const a = "${long}";`]);

    const rows = renderDiff([diff], { width, colors: false }).slice(width > 100 ? 2 : 1);

    const shown = rows.map((row) => row.slice(row.indexOf("│") + 1).replace(/[ +\d]*/, ""));
    expect(shown.join("")).toContain(long.slice(-40));
  });

  test("what a terminal would obey is shown as a sign", () => {
    const diff = compare(["\x1b[2Jred\x07 \u202eabc"], ["red"]);

    const text = renderDiff([diff], narrow).join("\n");

    expect(text).toContain("␛[2Jred␇ �abc");
  });

  test("the words that differ are marked, and without colours nothing is", () => {
    const diff = compare(["  instances: 1, // how many"], ["  instances: 4, // how many"]);

    const coloured = renderDiff([diff], { width: 80, colors: true }).join("\n");
    const plain = renderDiff([diff], narrow).join("\n");

    expect(coloured).toContain("\x1b[7m\x1b[31m1\x1b[39m\x1b[27m");
    expect(coloured).toContain("\x1b[7m\x1b[32m4\x1b[39m\x1b[27m");
    expect(plain).toBe(stripVTControlCharacters(plain));
  });

  test("to be heard, each line says in words whose it is", () => {
    const diff = compare(["a", "instances: 1,"], ["a", "instances: 4,"]);

    expect(renderDiff([diff], { ...wide, plain: true })).toEqual([
      "server.ts",
      "Both, line 1: a",
      "Yours, line 2: instances: 1,",
      "Solution: instances: 4,",
    ]);
  });

  test("no difference is said in a sentence", () => {
    expect(renderDiff([], wide)).toEqual(["Your code equals the solution."]);
  });

  test("a file that only one of both has is said in its heading", () => {
    const diffs: FileDiff[] = [
      { file: "server.ts", kind: "missing", hunks: compareLines([], readLines("a\nb\n")) },
      { file: "extra.ts", kind: "extra", hunks: [] },
    ];

    expect(renderDiff(diffs, narrow)).toEqual([
      "server.ts: you do not have this file",
      "    + a",
      "    + b",
      "",
      "extra.ts: only you have this file",
    ]);
  });
});

test("npm run diff shows the difference of the learner's copy, and needs one", async () => {
  using desk = openDesk();

  const without = await runCli(["diff", "4"], desk);
  cpSync(folderOf(step, "starter"), join(desk.work, step.slug), {
    recursive: true,
    filter: (path) => !path.endsWith(".md"),
  });
  const started = await runCli(["diff", "4"], desk);

  expect(without.output.trim()).toBe("You have no copy of step 4 yet. Make one: npm run step 4");
  expect(without.code).toBe(2);
  expect(started.output).toMatch(/^ +\d+ - {3}\/\/ Only WebSocket: .+\n +\+ {3}transports: /m);
  expect(started.code).toBe(0);
});

/** The difference between two texts, as that of a file. */
function compare(mine: string[], theirs: string[]): FileDiff {
  const hunks = compareLines(readLines(mine.join("\n")), readLines(theirs.join("\n")));
  return { file: "server.ts", kind: "changed", hunks };
}

/** A folder with the solution in it. */
function makeSolution(): Folder {
  const folder = makeFolder();
  cpSync(folderOf(step, "solution"), folder.path, { recursive: true });
  return folder;
}

function change(folder: Folder, file: string, how: (text: string) => string): void {
  const path = join(folder.path, file);
  writeFileSync(path, how(readFileSync(path, "utf8")));
}
