import { neverOf } from "../frame/summary.ts";
import { describe, type Line, type Panel, type Plotted } from "./data.ts";
import { colourOf, escape, marker, polyline, stroke, text, whisker } from "./elements.ts";
import { across, scaleOf, ticksUpTo, type Scale } from "./scale.ts";
import { themes, type Theme, type ThemeName } from "./theme.ts";

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif";
const RIGHT = 24;
const GAP = 36;
const HEIGHT = 300;
const ROW = 34;
/** Between rows of one panel and of the next: room for its title. */
const BETWEEN = 36;
/** How far lines of one figure stand apart, so that equal ones are all seen. */
const DODGE = 5;
/** A place above the scale for what did not come in time. */
const NEVER = 26;

/** Where the parts of a picture stand. */
interface Layout {
  width: number;
  /** Where the panels begin, and how wide and high they are. */
  top: number;
  panelWidth: number;
  panelHeight: number;
  left: number;
}

/** A figure as a picture that stands for itself: title, legend, axes with units, intervals. */
export function toSvg(plotted: Plotted, name: ThemeName): string {
  const theme = themes[name];
  const { figure, panels } = plotted;
  const legend = legendOf(plotted);
  const isRows = !figure.x;
  const left = isRows ? labelWidth(panels) : axisWidth(plotted);
  // Lines stand side by side, so that their heights can be compared; rows one below the other.
  const [beside, below] = isRows ? [1, panels.length] : [panels.length, 1];
  const width =
    beside === 1 ? 760 : Math.max(760, left + RIGHT + beside * 300 + (beside - 1) * GAP);
  const perLegendLine = legendLines(legend, width);
  const top = 78 + perLegendLine.length * 24 + (panels.length > 1 ? 26 : 0) + 14;
  const rows = Math.max(...panels.map(({ lines }) => lines.length));
  const layout: Layout = {
    width,
    top,
    left,
    panelWidth: (width - left - RIGHT - (beside - 1) * GAP) / beside,
    panelHeight: isRows ? rows * ROW : HEIGHT,
  };
  const height = top + below * layout.panelHeight + (below - 1) * BETWEEN + 62;
  const id = `${figure.id}-${name}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc" font-family="${FONT}" font-size="14">`,
    `<title id="${id}-title">${escape(figure.title)}</title>`,
    `<desc id="${id}-desc">${escape(describe(plotted))}</desc>`,
    `<rect width="${width}" height="${height}" fill="${theme.ground}"/>`,
    text(24, 34, figure.title, { fill: theme.text, size: 20, weight: 600 }),
    text(24, 58, `${figure.subtitle} ${plotted.bars}`.trim(), { fill: theme.muted }),
    ...perLegendLine.flatMap((line, at) => drawLegend(line, 84 + at * 24, theme)),
    ...(isRows ? drawRows(plotted, layout, theme) : drawLines(plotted, layout, theme)),
    "</svg>",
    "",
  ].join("\n");
}

interface Entry {
  label: string;
  /** Of the series; undefined for theory. */
  index: number | undefined;
}

/** Rows of dots bear their names themselves. */
function legendOf({ figure, panels }: Plotted): Entry[] {
  if (!figure.x) return [];
  const entries = new Map<string, Entry>();
  for (const { lines, theory } of panels) {
    for (const { label, index } of lines) entries.set(label, { label, index });
    for (const { label } of theory) entries.set(label, { label, index: undefined });
  }
  return [...entries.values()].sort((a, b) => (a.index ?? Infinity) - (b.index ?? Infinity));
}

function legendLines(entries: readonly Entry[], width: number): Entry[][] {
  const lines: Entry[][] = [];
  let used = Infinity;
  for (const entry of entries) {
    const wide = entryWidth(entry);
    if (used + wide > width - 24) {
      lines.push([]);
      used = 24;
    }
    lines.at(-1)?.push(entry);
    used += wide;
  }
  return lines;
}

function entryWidth({ label }: Entry): number {
  return 46 + label.length * 7.6;
}

function drawLegend(entries: readonly Entry[], y: number, theme: Theme): string[] {
  let x = 24;
  return entries.flatMap((entry) => {
    const [at, middle] = [x, y - 5];
    x += entryWidth(entry);
    const line = { x1: at, y1: middle, x2: at + 24, y2: middle };
    return [
      entry.index === undefined
        ? stroke(line, theme.muted, 2, "6 5")
        : stroke(line, colourOf(entry.index, theme), 2.5),
      ...(entry.index === undefined ? [] : [marker(entry.index, at + 12, middle, theme)]),
      text(at + 32, y, entry.label, { fill: theme.text }),
    ];
  });
}

function drawLines(plotted: Plotted, layout: Layout, theme: Theme): string[] {
  const { figure, panels, xs, unit, within } = plotted;
  const { top, panelWidth, panelHeight, left } = layout;
  const all = valuesOf(plotted);
  const hasNever = all.includes(Infinity);
  const [bottom, high] = [top + panelHeight, top + (hasNever ? NEVER : 0)];
  const y = scaleOf(figure.y.scale, all, [bottom, high], figure.y.most);
  const ticks = ticksUpTo(y, within);
  const label = unit ? `${figure.y.title}, ${unit}` : figure.y.title;
  const axis = [
    `<text transform="translate(20 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle" fill="${theme.muted}">${escape(label)}</text>`,
    ...ticks.map((tick) =>
      text(left - 10, y.place(tick.value) + 5, tick.label, { fill: theme.muted, anchor: "end" }),
    ),
    ...(hasNever
      ? [text(left - 10, top + 5, neverOf(within), { fill: theme.muted, anchor: "end" })]
      : []),
  ];
  const drawn = panels.flatMap((panel, at) => {
    const from = left + at * (panelWidth + GAP);
    const x = across(xs, [from + 24, from + panelWidth - 24]);
    const place = (value: number) => (value === Infinity ? top : y.place(value));
    return [
      ...(panels.length > 1
        ? [text(from, top - 14, panel.title, { fill: theme.text, weight: 600 })]
        : []),
      ...ticks.map((tick) => {
        const height = y.place(tick.value);
        return stroke({ x1: from, y1: height, x2: from + panelWidth, y2: height }, theme.grid, 1);
      }),
      ...(hasNever
        ? [stroke({ x1: from, y1: top, x2: from + panelWidth, y2: top }, theme.grid, 1, "2 4")]
        : []),
      ...x.ticks.map((tick) =>
        text(x.place(tick.value), bottom + 22, tick.label, { fill: theme.muted, anchor: "middle" }),
      ),
      text(from + panelWidth / 2, bottom + 46, figure.x?.title ?? "", {
        fill: theme.muted,
        anchor: "middle",
      }),
      ...panel.theory.map(({ points }) =>
        polyline(
          points.map((point) => [x.place(point.x), place(point.y)]),
          theme.muted,
          2,
          "6 5",
        ),
      ),
      ...panel.lines.flatMap((line, nth) =>
        drawLine(line, (nth - (panel.lines.length - 1) / 2) * DODGE, x, place, theme),
      ),
    ];
  });
  return [...axis, ...drawn];
}

function drawLine(
  { points, index }: Line,
  dodge: number,
  x: Scale,
  place: (value: number) => number,
  theme: Theme,
): string[] {
  const colour = colourOf(index, theme);
  const at = (value: number) => x.place(value) + dodge;
  return [
    polyline(
      points.map((point) => [at(point.x), place(point.summary.value)]),
      colour,
      2.5,
    ),
    ...points.flatMap(({ x: where, summary }) => [
      whisker("vertical", at(where), place(summary.low), place(summary.high), colour),
      marker(index, at(where), place(summary.value), theme),
    ]),
  ];
}

function drawRows(plotted: Plotted, layout: Layout, theme: Theme): string[] {
  const { figure, panels, unit, within } = plotted;
  const { panelWidth, panelHeight, left } = layout;
  const all = valuesOf(plotted);
  const right = left + panelWidth - 10;
  const hasNever = all.includes(Infinity);
  const most = hasNever ? right - labelRoom([neverOf(within)]) : right;
  const x = scaleOf(figure.y.scale, all, [left, most], figure.y.most);
  const ticks = ticksUpTo(x, within);
  const place = (value: number) => (value === Infinity ? right : x.place(value));
  const bottom = layout.top + panels.length * panelHeight + (panels.length - 1) * BETWEEN;
  const axis = unit ? `${figure.y.title}, ${unit}` : figure.y.title;
  const small = { fill: theme.muted, anchor: "middle" } as const;
  return [
    ...ticks.map((tick) => text(x.place(tick.value), bottom + 22, tick.label, small)),
    ...(hasNever
      ? [text(right + RIGHT, bottom + 22, neverOf(within), { fill: theme.muted, anchor: "end" })]
      : []),
    text((left + right) / 2, bottom + 46, axis, small),
    ...panels.flatMap(({ title, lines }, at) => {
      const top = layout.top + at * (panelHeight + BETWEEN);
      return [
        ...(title ? [text(24, top - 10, title, { fill: theme.text, weight: 600 })] : []),
        ...ticks.map((tick) => {
          const where = x.place(tick.value);
          return stroke({ x1: where, y1: top, x2: where, y2: top + panelHeight }, theme.grid, 1);
        }),
        ...lines.flatMap((line, row) =>
          drawRow(line, { left, y: top + (row + 0.5) * ROW, place }, theme),
        ),
      ];
    }),
  ];
}

interface RowPlace {
  left: number;
  y: number;
  place: (value: number) => number;
}

function drawRow({ label, index, points }: Line, { left, y, place }: RowPlace, theme: Theme) {
  return [
    text(left - 14, y + 5, label, { fill: theme.text, anchor: "end" }),
    ...points.flatMap(({ summary: { low, high, value } }) => [
      whisker("horizontal", y, place(low), place(high), colourOf(index, theme)),
      marker(index, place(value), y, theme),
    ]),
  ];
}

/** Room for the name of the axis and for the longest of what stands beside its ticks. */
function axisWidth(plotted: Plotted): number {
  const { ticks } = scaleOf(
    plotted.figure.y.scale,
    valuesOf(plotted),
    [1, 0],
    plotted.figure.y.most,
  );
  return 40 + labelRoom([neverOf(plotted.within), ...ticks.map(({ label }) => label)]);
}

/** How wide the longest of these is, about. */
function labelRoom(labels: readonly string[]): number {
  return Math.max(...labels.map((label) => label.length)) * 8;
}

/** All values that have to be inside the scale. */
function valuesOf({ panels }: Plotted): number[] {
  return panels.flatMap(({ lines, theory }) => [
    ...lines.flatMap(({ points }) =>
      points.flatMap(({ summary }) => [summary.value, summary.low, summary.high]),
    ),
    ...theory.flatMap(({ points }) => points.map(({ y }) => y)),
  ]);
}

function labelWidth(panels: readonly Panel[]): number {
  const longest = Math.max(
    ...panels.flatMap(({ lines }) => lines.map(({ label }) => label.length)),
  );
  return 40 + longest * 7.6;
}
