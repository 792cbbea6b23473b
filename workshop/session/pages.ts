import { readFileSync } from "node:fs";
import { join } from "node:path";
import colors from "picocolors";
import { folderInGit, type Step } from "../catalog.ts";
import { renderDiff } from "../diff.ts";
import { isMarker } from "../regions.ts";
import { wrap } from "../text.ts";
import { clean } from "../terminal/clean.ts";
import type { Page } from "../terminal/pager.ts";
import type { Command } from "./commands.ts";
import type { Desk } from "./desk.ts";

const COMMENT = /^\s*(?:\/\/|#|\/?\*|<!--)/;

/** Room for the numbers of lines. In columns. */
const GUTTER = 3;

/** The solution's files that the learner edits, with line numbers; what is not code stands back. */
export function solutionPage(step: Step): Page {
  const folder = folderInGit(step, "solution");
  const files = step.edit.map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  return {
    title: `Solution of step ${step.number}`,
    hang: GUTTER + 1,
    lines: () =>
      files.flatMap(({ name, text }, at) => [
        ...(at ? [""] : []),
        heading(name),
        ...text.trimEnd().split("\n").map(numbered),
      ]),
  };
}

function numbered(line: string, at: number): string {
  const number = colors.dim(String(at + 1).padStart(GUTTER));
  // Where the learner has something to write, and what the solution has there.
  if (isMarker(line)) return `${number} ${colors.yellow(line)}`;
  return `${number} ${COMMENT.test(line) ? colors.dim(line) : line}`;
}

export function diffPage(desk: Desk, plain: boolean): Page {
  const diffs = desk.diff();
  return {
    title: "Your code, and the solution",
    lines: (width) => renderDiff(diffs, { width, colors: colors.isColorSupported, plain }),
  };
}

/** What the app has printed, newest last. */
export function logsPage(desk: Desk): Page {
  const logs = desk.logs();
  return {
    title: "What the app has printed",
    fromEnd: true,
    lines: () =>
      logs.flatMap(({ name, text }, at) => [
        ...(at ? [""] : []),
        heading(name),
        ...(text.trim() ? clean(text.trimEnd()).split("\n") : [colors.dim("nothing")]),
      ]),
  };
}

const VERDICTS = {
  passed: "every check holds",
  "not yet": "your code does not do what must hold; each ✗ says what was seen, and where to look",
  "your machine": "something is missing here; the line says what mends it",
  inconclusive: "the machine was too busy to judge; c checks again",
};

/** All keys, and what the four verdicts mean. */
export function helpPage(commands: readonly Command[]): Page {
  const keys = commands.map(({ key, about }): [string, string] => [key, about]);
  const reading: [string, string][] = [
    ["↑ ↓  j k", "a line"],
    ["space b", "a screen (Page Down, Page Up)"],
    ["g G", "to the beginning, to the end (Home, End)"],
    ["/", "looks for a text; n and N go to the next and the one before"],
    ["q", "goes back (Escape)"],
  ];
  return {
    title: "Help",
    lines: (width) => [
      ...table("Keys", keys, width),
      "",
      ...table("While you read something long", reading, width),
      "",
      ...table("What a verdict says", Object.entries(VERDICTS), width),
    ],
  };
}

function table(title: string, rows: readonly [string, string][], width: number): string[] {
  const wide = Math.max(...rows.map(([name]) => name.length)) + 3;
  return [
    heading(title),
    ...rows.flatMap(([name, about]) =>
      wrap(about, width - wide - 3).map((line, at) => {
        const label =
          at === 0 ? colors.bold(name) + " ".repeat(wide - name.length) : " ".repeat(wide);
        return `  ${label}${line}`;
      }),
    ),
  ];
}

function heading(text: string): string {
  return colors.bold(colors.cyan(text));
}
