import { neverOf, number } from "../frame/summary.ts";
import { padTo } from "../../workshop/pad.ts";
import { wrap } from "../../workshop/text.ts";
import { widthOf } from "../../workshop/terminal/width.ts";
import type { Panel, Plotted } from "./data.ts";
import { across, scaleOf, ticksUpTo } from "./scale.ts";

const HEIGHT = 12;
const MARGIN = 12;
const LETTERS = "abcdefghijklmnop";
const THEORY = "·";
const UNBROKEN = "\u00a0";

/** A figure in letters, for a terminal: one letter a line, `·` for theory, `*` where several meet. */
export function toAscii(plotted: Plotted, width: number): string {
  const { figure, panels } = plotted;
  const drawn = panels.map((panel) =>
    figure.x ? drawLines(plotted, panel, width) : drawRows(plotted, panel, width),
  );
  return [figure.title, figure.subtitle, "", ...drawn.flatMap((text) => [text, ""])]
    .join("\n")
    .trimEnd();
}

function drawLines(plotted: Plotted, panel: Panel, width: number): string {
  const { figure, xs, unit, panels, within } = plotted;
  const columns = Math.min(Math.max(width - MARGIN - 2, 30), 64);
  const all = panels.flatMap(({ lines, theory }) => [
    ...lines.flatMap(({ points }) => points.map(({ summary }) => summary.value)),
    ...theory.flatMap(({ points }) => points.map(({ y }) => y)),
  ]);
  const hasNever = all.includes(Infinity);
  const y = scaleOf(figure.y.scale, all, [HEIGHT, hasNever ? 2 : 0], figure.y.most);
  const x = across(xs, [1, columns - 2]);
  const grid = Array.from({ length: HEIGHT + 1 }, () => Array.from({ length: columns }, () => " "));
  const put = (at: number, value: number, letter: string) => {
    const row = grid[value === Infinity ? 0 : Math.round(y.place(value))];
    const column = Math.round(x.place(at));
    if (!row) return;
    const there = row[column];
    row[column] = there === " " || there === THEORY || there === letter ? letter : "*";
  };
  for (const { points } of panel.theory) {
    for (const point of points) put(point.x, point.y, THEORY);
  }
  for (const { points, index } of panel.lines) {
    for (const { x: at, summary } of points) put(at, summary.value, LETTERS[index] ?? "?");
  }
  const labels = new Map(
    ticksUpTo(y, within).map((tick) => [Math.round(y.place(tick.value)), tick.label]),
  );
  if (hasNever) labels.set(0, neverOf(within));
  const axis = Array.from({ length: columns }, () => " ");
  for (const tick of x.ticks) {
    const at = Math.round(x.place(tick.value)) - Math.floor(tick.label.length / 2);
    [...tick.label].forEach((letter, nth) => (axis[Math.max(0, at) + nth] = letter));
  }
  const indent = " ".repeat(MARGIN + 1);
  const about = `${figure.y.title}${unit && `, ${unit}`}, against ${figure.x?.title}`;
  return [
    ...(panel.title ? [panel.title] : []),
    ...grid.map((row, at) =>
      `${(labels.get(at) ?? "").padStart(MARGIN - 1)} │${row.join("")}`.trimEnd(),
    ),
    `${" ".repeat(MARGIN)}└${"─".repeat(columns)}`,
    `${indent}${axis.join("").trimEnd()}`,
    ...wrap(`${about}; ${legendOf(panel)}`, width - indent.length).map((line) =>
      (indent + line).replaceAll(UNBROKEN, " "),
    ),
  ].join("\n");
}

/** The letters and what they stand for; what belongs together stays on one line. */
function legendOf({ lines, theory }: Panel): string {
  return [
    ...lines.map(({ label, index }) => `${LETTERS[index] ?? "?"} ${label}`),
    ...theory.map(({ label }) => `${THEORY} ${label}`),
    ...(lines.length > 1 ? ["* several"] : []),
  ]
    .map((entry) => entry.replaceAll(" ", UNBROKEN))
    .join(", ");
}

function drawRows(plotted: Plotted, panel: Panel, width: number): string {
  const { figure, panels } = plotted;
  const all = panels.flatMap(({ lines }) =>
    lines.flatMap(({ points }) => points.map(({ summary }) => summary.value)),
  );
  const names = Math.max(...panel.lines.map(({ label }) => widthOf(label)));
  const texts = panel.lines.map(({ points }) => points.map(({ summary }) => summary.text).join());
  const room = Math.max(10, Math.min(40, width - names - Math.max(...texts.map(widthOf)) - 6));
  const scale = scaleOf(figure.y.scale, all, [1, room], figure.y.most);
  const rows = panel.lines.map(({ label, points }, at) => {
    const value = points[0]?.summary.value ?? NaN;
    const length = value === Infinity ? room : Math.round(scale.place(value));
    const bar = Number.isFinite(value) || value === Infinity ? "█".repeat(length) : "";
    return `  ${padTo(label, names)}  ${bar} ${texts[at] ?? number(value)}`;
  });
  return [...(panel.title ? [panel.title] : []), ...rows].join("\n");
}
