import { join, relative } from "node:path";
import colors from "picocolors";
import { root } from "../catalog.ts";
import { clean } from "../terminal/clean.ts";
import { duration, wrap } from "../text.ts";
import { fit } from "../trace/line.ts";
import type { CheckResult, Verdict } from "./verdict.ts";

/** How a report is put: which signs it has for an outcome, and how its first lines are laid out. */
export interface ReportStyle {
  head: (outcome: CheckResult["outcome"], title: string, time: string, width: number) => string[];
  /** A line of what the check saw. */
  evidence: (text: string) => string;
}

const MARKS: Record<CheckResult["outcome"], string> = {
  passed: colors.green("✓"),
  "not yet": colors.red("✗"),
  "your machine": colors.yellow("!"),
  inconclusive: colors.yellow("?"),
  skipped: colors.dim("–"),
};

/** To be looked at: a sign for the outcome, and the time at the right edge. */
export const signs: ReportStyle = {
  head(outcome, title, time, width) {
    const [first = "", ...more] = wrap(title, width - 2);
    const gap = Math.min(width, 90) - 2 - (more.at(-1) ?? first).length - time.length;
    const lines = [first, ...more].map((text, at) => `${at === 0 ? MARKS[outcome] : " "} ${text}`);
    if (gap >= 2) lines.push(`${lines.pop()}${" ".repeat(gap)}${colors.dim(time)}`);
    else lines.push(`  ${colors.dim(time)}`);
    return lines;
  },
  evidence: (text) => colors.dim(`      ${text}`),
};

/** To be heard: the outcome in a word. */
export const words: ReportStyle = {
  head: (outcome, title, time, width) => wrap(`${outcome}: ${title}, ${time}`, width),
  evidence: (text) => `Seen: ${text}`,
};

/**
 * One check as lines for the terminal. What failed says, in this order: what must hold and what was
 * seen, its evidence, where to look, one hint.
 */
export function reportOf(
  result: CheckResult,
  dir: string,
  width: number,
  style: ReportStyle = signs,
): string[] {
  const { title, outcome, ms, finding, problem, evidence } = result;
  const lines = style.head(
    outcome,
    title,
    outcome === "skipped" ? "not run yet" : duration(ms),
    width,
  );
  // What was seen may be what the app has printed.
  const indented = (text: string, label = "") => {
    const inside = wrap(clean(text), width - 4 - label.length);
    lines.push(
      ...inside.map((part, at) => `    ${at === 0 ? label : " ".repeat(label.length)}${part}`),
    );
  };

  if (finding) indented(`Expected ${finding.expected}. Saw ${finding.seen}.`);
  if (problem) {
    indented(outcome === "your machine" ? problem.message : `Not judged: ${problem.message}`);
  }
  lines.push(...evidence.flatMap((text) => fit(clean(text), width - 6)).map(style.evidence));
  if (finding?.look) {
    const { file, line, todo } = finding.look;
    const place = `${relative(root, join(dir, file))}${line ? `:${line}` : ""}`;
    indented(`${place}${todo ? `, TODO ${todo}` : ""}`, "Look at  ");
  }
  if (finding?.hint) indented(finding.hint, "Hint     ");
  if (problem?.remedy) indented(problem.remedy, "Mend it  ");
  return lines;
}

const SENTENCES: Record<Verdict, string> = {
  passed: colors.green(colors.bold("passed")),
  "not yet": colors.red(colors.bold("not yet")),
  "your machine": colors.yellow(colors.bold("your machine")),
  inconclusive: colors.yellow(colors.bold("inconclusive")),
};

/** The last line: the verdict, how many checks hold, and how long it took. */
export function summaryOf(verdict: Verdict, results: readonly CheckResult[], ms: number): string {
  const passed = results.filter(({ outcome }) => outcome === "passed").length;
  const meaning = {
    passed: "",
    "not yet": "",
    "your machine": " This machine lacks something; what needs it was not judged.",
    inconclusive: " Your code was not judged; run it again.",
  }[verdict];
  return `${SENTENCES[verdict]}  ${passed} of ${results.length} checks hold, in ${duration(ms)}.${meaning}`;
}
