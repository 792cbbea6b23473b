import { diffArrays } from "diff";
import { isMarker } from "../regions.ts";
import { markWords, pairUp, type Part } from "./words.ts";

/** How many equal lines stand around a difference. */
const CONTEXT = 3;
/** A file with nothing in common must not take longer; in ms. */
const TIMEOUT = 2_000;

/** A line with its number in the file, from 1. */
export interface Line {
  number: number;
  parts: Part[];
}

/** One row of a comparison: a line of the learner's, one of the solution's, or both. */
export interface Row {
  kind: "same" | "changed" | "removed" | "added";
  mine?: Line;
  theirs?: Line;
}

/** Rows that belong together: differences, and a few equal lines around. */
export interface Hunk {
  rows: Row[];
}

/** The lines of a text without those that mark a region. Each knows its number in the file. */
export function readLines(text: string): { number: number; text: string }[] {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  return lines
    .map((line, at) => ({ number: at + 1, text: line }))
    .filter((line) => !isMarker(line.text) && !(lines.length === 1 && line.text === ""));
}

type Plain = ReturnType<typeof readLines>[number];

/** Where two files differ. */
export function compareLines(mine: readonly Plain[], theirs: readonly Plain[]): Hunk[] {
  return hunksOf(rowsOf(mine, theirs));
}

function rowsOf(mine: readonly Plain[], theirs: readonly Plain[]): Row[] {
  const changes = diffArrays(
    mine.map(({ text }) => text),
    theirs.map(({ text }) => text),
    { timeout: TIMEOUT },
  ) ?? [
    { count: mine.length, removed: true },
    { count: theirs.length, added: true },
  ];
  const rows: Row[] = [];
  let [left, right] = [0, 0];
  let [gone, come]: [Plain[], Plain[]] = [[], []];
  const settle = () => {
    rows.push(...changedRows(gone, come));
    [gone, come] = [[], []];
  };
  for (const { added, removed, count } of changes) {
    if (removed) gone.push(...mine.slice(left, (left += count)));
    else if (added) come.push(...theirs.slice(right, (right += count)));
    else {
      settle();
      for (const line of mine.slice(left, (left += count))) {
        const other = theirs[right];
        right += 1;
        if (other) rows.push({ kind: "same", mine: whole(line), theirs: whole(other) });
      }
    }
  }
  settle();
  return rows;
}

/** Lines that were replaced: those that are alike stand side by side. */
function changedRows(gone: readonly Plain[], come: readonly Plain[]): Row[] {
  return pairUp(gone, come).map(([mine, theirs]): Row => {
    if (mine && theirs) {
      const marked = markWords(mine.text, theirs.text);
      return {
        kind: "changed",
        mine: { number: mine.number, parts: marked.mine },
        theirs: { number: theirs.number, parts: marked.theirs },
      };
    }
    if (mine) return { kind: "removed", mine: whole(mine) };
    return theirs ? { kind: "added", theirs: whole(theirs) } : { kind: "same" };
  });
}

function whole({ number, text }: Plain): Line {
  return { number, parts: [{ text, isChanged: false }] };
}

function hunksOf(rows: readonly Row[]): Hunk[] {
  const hunks: Hunk[] = [];
  let shownUpTo = 0;
  for (const [at, { kind }] of rows.entries()) {
    if (kind === "same") continue;
    const from = Math.max(at - CONTEXT, shownUpTo);
    const to = Math.min(at + CONTEXT + 1, rows.length);
    const last = hunks.at(-1);
    // What touches the hunk before goes on with it.
    if (last && from === shownUpTo) last.rows.push(...rows.slice(from, to));
    else hunks.push({ rows: rows.slice(from, to) });
    shownUpTo = Math.max(shownUpTo, to);
  }
  return hunks;
}
