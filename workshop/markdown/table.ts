import wrapAnsi from "wrap-ansi";
import { padTo } from "../pad.ts";
import { widthOf } from "../terminal/width.ts";

const GAP = 2;
/** What the last column needs at least to be read as one. */
const LAST = 20;

/**
 * A table as lines: the first row is its head. The last column is broken into lines where the table
 * would be too wide; where that leaves too little, each row becomes a paragraph.
 */
export function renderTable(rows: readonly string[][], width: number): string[] {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ""))),
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP, 0);
  const last = Math.min(widths.at(-1) ?? 0, width - before);
  if (last < Math.min(LAST, widths.at(-1) ?? 0)) return asParagraphs(rows, width);

  return rows.flatMap((row) => {
    const first = row.slice(0, -1).map((cell, at) => padTo(cell, (widths[at] ?? 0) + GAP));
    const parts = wrapAnsi(row.at(-1) ?? "", Math.max(last, 1), { hard: true }).split("\n");
    return parts.map((part, at) => `${at === 0 ? first.join("") : " ".repeat(before)}${part}`);
  });
}

function asParagraphs([head = [], ...rows]: readonly string[][], width: number): string[] {
  return rows.flatMap((row, at) => {
    const lines = row.map((cell, column) => `${head[column] ?? ""}: ${cell}`);
    const wrapped = lines.flatMap((line) => wrapAnsi(line, width, { hard: true }).split("\n"));
    return at === 0 ? wrapped : ["", ...wrapped];
  });
}
