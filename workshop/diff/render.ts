import { createColors } from "picocolors";
import { foldCode, visible } from "../code.ts";
import type { FileDiff } from "../diff.ts";
import { padTo } from "../pad.ts";
import { fold, widthOf } from "../terminal/width.ts";
import type { Line, Row } from "./lines.ts";
import type { Part } from "./words.ts";

/** From this width on, both sides stand beside each other. */
const WIDE = 110;
const NARROWEST = 30;
/** The line between the sides, with a space around. */
const BETWEEN = 3;

const EQUAL = "Your code equals the solution.";

export interface DiffOptions {
  /** The width of the terminal in columns. */
  width: number;
  /** Whether to colour lines, and the words in them that differ. */
  colors: boolean;
  /** Whole words instead of signs and columns, as a screen reader needs them. */
  plain?: boolean;
}

/**
 * The differences as lines for the terminal: side by side where it is wide enough. No line is wider
 * than it; long ones of the code go on below. Line numbers are those of the files themselves; where
 * there is one column of them, those of the learner's.
 */
export function renderDiff(diffs: readonly FileDiff[], options: DiffOptions): string[] {
  if (diffs.length === 0) return [EQUAL];
  const lines = diffs.map((diff) => renderFile(diff, options));
  return lines.flatMap((each, at) => (at === 0 ? each : ["", ...each]));
}

function renderFile(diff: FileDiff, { width, colors, plain = false }: DiffOptions): string[] {
  const paint = createColors(colors);
  const heading = visible(`${diff.file}${HEADINGS[diff.kind]}`);
  const lines = fold(heading, width).map((line) => paint.bold(line));
  if (plain) return [...lines, ...diff.hunks.flatMap((hunk) => hunk.rows.flatMap(inWords))];
  const isWide = width >= WIDE;
  const page: Page = { width: Math.max(width, NARROWEST), gutter: gutterOf(diff), paint };
  if (isWide && diff.hunks.length > 0) lines.push(columnHeads(page));
  for (const [at, { rows }] of diff.hunks.entries()) {
    if (at > 0) lines.push(paint.dim(`${" ".repeat(page.gutter)} ⋯`));
    lines.push(...(isWide ? rows.flatMap((row) => sideBySide(row, page)) : unified(rows, page)));
  }
  return lines;
}

const HEADINGS: Record<FileDiff["kind"], string> = {
  changed: "",
  missing: ": you do not have this file",
  extra: ": only you have this file",
  unreadable: ": yours is no text, or too big to be compared",
};

type Paint = ReturnType<typeof createColors>;

interface Page {
  width: number;
  /** How many columns the numbers take. */
  gutter: number;
  paint: Paint;
}

function gutterOf({ hunks }: FileDiff): number {
  const numbers = hunks.flatMap(({ rows }) =>
    rows.flatMap(({ mine, theirs }) => [mine?.number ?? 0, theirs?.number ?? 0]),
  );
  return String(Math.max(100, ...numbers)).length;
}

/** Rows one below the other: of what was changed, first the learner's lines, then the solution's. */
function unified(rows: readonly Row[], page: Page): string[] {
  const lines: string[] = [];
  let theirs: string[] = [];
  const inside = page.width - page.gutter - 3;
  for (const row of rows) {
    if (row.kind === "same") {
      lines.push(...theirs, ...renderLine(row.mine, " ", inside, page));
      theirs = [];
      continue;
    }
    if (row.mine) lines.push(...renderLine(row.mine, "-", inside, page));
    if (row.theirs) {
      const { parts } = row.theirs;
      theirs.push(...renderLine({ parts }, "+", inside, page));
    }
  }
  return [...lines, ...theirs];
}

function columnHeads(page: Page): string {
  const head = (text: string) => page.paint.dim(`${" ".repeat(page.gutter + 3)}${text}`);
  return joined(head("yours"), head("solution"), page);
}

function sideBySide({ kind, mine, theirs }: Row, page: Page): string[] {
  const half = halfOf(page.width);
  const inside = half - page.gutter - 3;
  const signs = kind === "same" ? ([" ", " "] as const) : (["-", "+"] as const);
  const left = mine ? renderLine(mine, signs[0], inside, page) : [];
  const right = theirs ? renderLine(theirs, signs[1], inside, page) : [];
  const lines: string[] = [];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    lines.push(joined(left[at], right[at], page));
  }
  return lines;
}

function joined(left = "", right = "", { width, paint }: Page): string {
  return `${padTo(left, halfOf(width))} ${paint.dim("│")} ${right}`.trimEnd();
}

function halfOf(width: number): number {
  return Math.floor((width - BETWEEN) / 2);
}

type Sign = " " | "-" | "+";

/** One line of code with its number and sign; what does not fit goes on below. */
function renderLine(
  line: { number?: number; parts: readonly Part[] } | undefined,
  sign: Sign,
  inside: number,
  { gutter, paint }: Page,
): string[] {
  if (!line) return [];
  const colour = { " ": String, "-": paint.red, "+": paint.green }[sign];
  const code = visibleParts(line.parts).map(({ text, isChanged }) =>
    isChanged ? paint.inverse(colour(text)) : colour(text),
  );
  return foldCode(code.join(""), inside).map((text, at) => {
    const number = at === 0 ? String(line.number ?? "") : "";
    const head = `${paint.dim(number.padStart(gutter))} ${colour(at === 0 ? sign : " ")}`;
    return `${head} ${text}`.trimEnd();
  });
}

function visibleParts(parts: readonly Part[]): Part[] {
  let column = 0;
  return parts.map(({ text, isChanged }) => {
    const shown = visible(text, column);
    column += widthOf(shown);
    return { text: shown, isChanged };
  });
}

/** A row for somebody who hears it. */
function inWords({ kind, mine, theirs }: Row): string[] {
  const say = (who: string, line: Line | undefined) =>
    line
      ? [
          who +
            visibleParts(line.parts)
              .map(({ text }) => text)
              .join(""),
        ]
      : [];
  if (kind === "same") return say(`Both, line ${mine?.number}: `, mine);
  return [...say(`Yours, line ${mine?.number}: `, mine), ...say("Solution: ", theirs)];
}
