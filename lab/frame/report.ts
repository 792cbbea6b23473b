import type { Experiment, Observation } from "./experiment.ts";
import type { RunInfo, Store } from "./store.ts";
import { summarize, type Summaries } from "./summary.ts";
import { tableMarkdown, tableText } from "./table.ts";
import { toAscii } from "../plot/ascii.ts";
import { describe, plot, type Plotted } from "../plot/data.ts";
import { toSvg } from "../plot/svg.ts";
import { ENOUGH_FOR_95 } from "../statistics.ts";
import { dateTime } from "../../workshop/date.ts";
import { wrap } from "../../workshop/text.ts";
import { elapsed } from "../../workshop/elapsed.ts";

/** What all that was found so far comes to. */
export interface Report {
  summaries: Summaries;
  plots: readonly Plotted[];
  /** How many observations do not count, and why, each reason once. */
  invalid: { count: number; of: number; reasons: readonly string[] };
}

export function reportOn(experiment: Experiment, observations: readonly Observation[]): Report {
  const summaries = summarize(experiment, observations);
  const invalid = observations.filter((each) => each.invalid !== undefined);
  return {
    summaries,
    plots: experiment.figures.flatMap((figure) => plot(experiment, figure, summaries) ?? []),
    invalid: {
      count: invalid.length,
      of: observations.length,
      reasons: [...new Set(invalid.map((each) => each.invalid ?? ""))].slice(0, 3),
    },
  };
}

/** Writes pictures, the page and the numbers beside the raw samples of a run. */
export function writeReport(experiment: Experiment, store: Store): Report {
  const report = reportOn(experiment, store.observations);
  for (const plotted of report.plots) {
    for (const theme of ["light", "dark"] as const) {
      store.write(`${plotted.figure.id}.${theme}.svg`, toSvg(plotted, theme));
    }
  }
  store.write("report.md", pageOf(experiment, store.info, report));
  const { info } = store;
  const summaries = report.summaries.all;
  const result = { ...info, invalid: report.invalid, summaries, observations: store.observations };
  // Samples are many: one observation a line.
  store.write(
    "result.json",
    `${JSON.stringify(result, rounded).replaceAll('{"measure"', '\n{"measure"')}\n`,
  );
  return report;
}

/** More digits than a clock has are noise. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value)
    ? Number(value.toPrecision(6))
    : value;
}

/** The report for a terminal: a table and a plot for each figure. */
export function textOf(
  experiment: Experiment,
  info: RunInfo,
  report: Report,
  width: number,
): string {
  const { varied, held } = info;
  return [
    `${experiment.title}: ${experiment.question}`,
    [
      `Varied  ${varied.join("; ")}`,
      `Held    ${held.join("; ")}`,
      `Repeats ${repeatsOf(info)}`,
    ].join("\n"),
    ...report.plots.flatMap((plotted) => [toAscii(plotted, width), tableText(plotted)]),
    notesOf(experiment, report)
      .flatMap((note) => wrap(note, width - 2).map((line, at) => `${at === 0 ? "·" : " "} ${line}`))
      .join("\n"),
    `${machineOf(info)}; ${dateTime(info.startedAt)}, ${elapsed(info.took)}`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** The report as a page of Markdown. */
export function pageOf(experiment: Experiment, info: RunInfo, report: Report): string {
  const { varied, held } = info;
  const parts = [
    `# ${experiment.title}`,
    experiment.question,
    [
      `- Varied: ${varied.join("; ")}.`,
      `- Held: ${held.join("; ")}.`,
      `- Repeats: ${repeatsOf(info)}.`,
      `- Command: \`${info.command}\``,
      `- Machine: ${machineOf(info)}.`,
      `- When: ${dateTime(info.startedAt)}, for ${elapsed(info.took)}; load average ${info.load.map((load) => load.toFixed(1)).join(", ")}.`,
    ].join("\n"),
    ...report.plots.flatMap((plotted) => [
      `## ${plotted.figure.title}`,
      pictureOf(plotted),
      tableMarkdown(plotted),
    ]),
    "## How to read it",
    notesOf(experiment, report)
      .map((note) => `- ${note}`)
      .join("\n"),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** A picture that follows the reader's choice of light or dark. */
function pictureOf(plotted: Plotted): string {
  const { id } = plotted.figure;
  const alt = describe(plotted).replaceAll('"', "'");
  return [
    "<picture>",
    `  <source media="(prefers-color-scheme: dark)" srcset="${id}.dark.svg" />`,
    `  <img alt="${alt}" src="${id}.light.svg" />`,
    "</picture>",
  ].join("\n");
}

function repeatsOf({ rounds, places, seed, size, finishedAt }: RunInfo): string {
  const plan = `${rounds} ${rounds === 1 ? "round" : "rounds"} over ${places.length} variants, which take turns in an order by chance (seed ${seed})`;
  const notes = [
    ...(size === "quick" ? ["quick: the figures are rough"] : []),
    ...(finishedAt ? [] : ["not finished"]),
  ];
  return notes.length > 0 ? `${plan} (${notes.join("; ")})` : plan;
}

/** What a reader must know: of the experiment, of the intervals that are there, and of what is left out. */
function notesOf(experiment: Experiment, report: Report): string[] {
  const all = report.summaries.all;
  const kinds = new Set(all.map(({ interval }) => interval));
  const intervals = [
    ...(kinds.has("wilson")
      ? ["of shares, Wilson's 95 % interval, which takes clients as independent"]
      : []),
    ...(kinds.has("bootstrap")
      ? [
          "of quantities, a 95 % interval by bootstrap over rounds and samples, rough where rounds are few",
        ]
      : []),
    ...(kinds.has("range")
      ? [`of fewer than ${ENOUGH_FOR_95} samples no more than their range, and it says so`]
      : []),
  ];
  return [
    ...experiment.notes,
    intervals.length > 0 ? `In brackets: ${intervals.join("; ")}.` : "",
    all.some(({ lag }) => lag !== undefined)
      ? "The load's own lag: how late its processes were for timers of their own meanwhile, the 99th percentile of the latest process. A time is off by as much, now and then; what is not longer than that says little."
      : "",
    validityOf(report),
  ].filter(Boolean);
}

function validityOf({ invalid: { count, of, reasons } }: Report): string {
  if (count === 0) return "";
  return `${count} of ${of} measurements do not count and are left out: ${reasons.join("; ")}.`;
}

function machineOf({ machine }: RunInfo): string {
  const { system, cores, cpu, memory, versions } = machine;
  const all = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${system}, ${cores} × ${cpu}, ${(memory / 2 ** 30).toFixed(1)} GB, ${all.join(", ")}`;
}
