import type { Experiment } from "../frame/experiment.ts";
import type { Curve, Figure } from "../frame/figure.ts";
import type { Summaries, Summary } from "../frame/summary.ts";
import { ENOUGH_FOR_95 } from "../statistics.ts";

/** What a figure shows: the same for a picture, a terminal and a table. */
export interface Plotted {
  figure: Figure;
  /** What the bars are, in words; empty where there are none. */
  bars: string;
  unit: string;
  /** How long was waited for what never came, where that is known and the same for all. */
  within: number | undefined;
  /** What goes from left to right, in order; nothing for rows of dots. */
  xs: readonly number[];
  panels: readonly Panel[];
}

export interface Panel {
  /** Empty where there is but one. */
  title: string;
  lines: readonly Line[];
  theory: readonly Curve[];
}

export interface Line {
  label: string;
  /** Its number among all that the figure can have: it keeps its colour where others are missing. */
  index: number;
  points: readonly { x: number; summary: Summary }[];
}

/** Picks what a figure shows out of all that was found. Undefined when that is nothing. */
export function plot(
  { measures }: Pick<Experiment, "measures">,
  figure: Figure,
  summaries: Summaries,
): Plotted | undefined {
  const { measure, where, x, series, panels } = figure;
  const found = summaries.where(measure, where);
  if (found.length === 0) return undefined;
  const isNumber = (value: unknown) => typeof value === "number";
  const xs = x ? [...new Set(found.map(({ at }) => at[x.by]).filter(isNumber))] : [];
  const theory = figure.theory?.(summaries) ?? [];
  const keys = panels ? panels.order : [""];
  const shown = keys.flatMap((key) => {
    const inPanel = panels ? found.filter(({ at }) => String(at[panels.by]) === key) : found;
    if (inPanel.length === 0) return [];
    const lines = series.order.flatMap((name, index): Line[] => {
      const points = inPanel
        .filter(({ at }) => String(at[series.by]) === name)
        .map((summary) => ({ x: x ? Number(summary.at[x.by]) : 0, summary }))
        .sort((a, b) => a.x - b.x);
      return points.length > 0 ? [{ label: series.labels?.[name] ?? name, index, points }] : [];
    });
    const title = panels?.labels?.[key] ?? key;
    const curves = theory.filter(({ panel }) => panel === undefined || panel === key);
    return [{ title, lines, theory: curves }];
  });
  const within = found.map((summary) => summary.within);
  return {
    figure,
    bars: barsOf(found),
    within: new Set(within).size === 1 ? found[0]?.within : undefined,
    unit: measures[measure]?.unit ?? "",
    xs: xs.sort((a, b) => a - b),
    panels: shown,
  };
}

/** What the bars of these are: their intervals are called no more than what they are. */
export function barsOf(found: readonly Summary[]): string {
  const kinds = new Set(found.map(({ interval }) => interval));
  if (kinds.has("wilson")) return "Bars: 95 % intervals (Wilson).";
  if (kinds.has("bootstrap") && kinds.has("range")) {
    return `Bars: 95 % intervals; below ${ENOUGH_FOR_95} samples their range.`;
  }
  if (kinds.has("bootstrap")) return "Bars: 95 % intervals (bootstrap).";
  return kinds.has("range") ? "Bars: the range of the samples." : "";
}

/** What a figure says, in words, for those who do not see it. */
export function describe({ figure, panels }: Plotted): string {
  const sentences = panels.flatMap(({ title, lines }) =>
    lines.map(({ label, points }) => {
      const by = figure.x ? `, by ${figure.x.title}` : "";
      const values = points.map(({ x, summary }) =>
        figure.x ? `${x}: ${summary.text}` : summary.text,
      );
      return `${title ? `${title}, ` : ""}${label}${by}: ${values.join("; ")}.`;
    }),
  );
  return `${figure.title}. ${sentences.join(" ")}`;
}
