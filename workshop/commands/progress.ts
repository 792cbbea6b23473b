import colors from "picocolors";
import { steps, type Step } from "../catalog.ts";
import { elapsed } from "../elapsed.ts";
import { titleOf } from "../language.ts";
import { padTo } from "../pad.ts";
import { nextStep, progressOf } from "../progress.ts";
import { cut, widthOf } from "../terminal/width.ts";
import { columns } from "../text.ts";

const HEAD = ["Step", "", "State", "Passed", "Attempts", "Took"];
/** What a title needs at least. */
const SHORTEST = 10;

/** One step as `--json` gives it. */
interface StepReport {
  step: number;
  slug: string;
  title: string;
  state: "passed" | "begun" | "not begun";
  /** ISO 8601. */
  begun: string | null;
  passed: string | null;
  attempts: number;
  /** From when it was begun until it was passed, in ms. */
  tookMs: number | null;
}

/** Prints how far the learner has come with each step: a table, or with `json` an array. */
export function showProgress({ json }: { json: boolean }): void {
  const reports = steps.map(reportOf);
  if (json) {
    console.log(JSON.stringify(reports, null, 2));
    return;
  }
  console.log(tableOf(reports, columns()).join("\n"));
  const passed = reports.filter(({ state }) => state === "passed").length;
  const next = passed < reports.length ? ` Next: npm run step ${nextStep().number}` : "";
  console.log(`\n${passed} of ${reports.length} steps passed.${next}`);
}

function reportOf(step: Step): StepReport {
  const { begun, passed, attempts } = progressOf(step);
  const took = begun && passed ? Date.parse(passed) - Date.parse(begun) : Number.NaN;
  const isBegun = begun !== undefined || attempts > 0;
  return {
    step: step.number,
    slug: step.slug,
    title: step.title,
    state: passed ? "passed" : isBegun ? "begun" : "not begun",
    begun: begun ?? null,
    passed: passed ?? null,
    attempts,
    tookMs: took >= 0 ? took : null,
  };
}

function tableOf(reports: readonly StepReport[], width: number): string[] {
  const titles = steps.map((step) => titleOf(step));
  const rows = [HEAD, ...reports.map((report, at) => rowOf(report, titles[at]))];
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ""))));
  const others = widths.reduce((sum, each, at) => sum + 2 + (at === 1 ? 0 : each), -2);
  widths[1] = Math.min(widths[1] ?? 0, Math.max(width - others, SHORTEST));
  return rows.map((row, at) => {
    const cells = row.map((cell, column) =>
      padTo(cut(cell, widths[column] ?? 0), widths[column] ?? 0),
    );
    const line = cells.join("  ").trimEnd();
    if (at === 0) return colors.dim(line);
    return reports[at - 1]?.state === "passed" ? colors.green(line) : line;
  });
}

/** @param title as a person reads it, in their language */
function rowOf(report: StepReport, title = report.title): string[] {
  const { step, state, passed, attempts, tookMs } = report;
  return [
    String(step),
    title,
    state === "not begun" ? "–" : state,
    passed ? dayAndTime(new Date(passed)) : "",
    attempts > 0 ? String(attempts) : "",
    tookMs === null ? "" : elapsed(tookMs),
  ];
}

/** `24 Nov 2026, 13:20`, by the clock on the wall. */
function dayAndTime(time: Date): string {
  if (Number.isNaN(time.getTime())) return "?";
  const format: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat("en-GB", format).format(time);
}
