import colors from "picocolors";
import { steps } from "../catalog.ts";
import type { CheckResult } from "../check/verdict.ts";
import { elapsed } from "../elapsed.ts";
import { wrap } from "../text.ts";
import { cut, widthOf } from "../terminal/width.ts";
import type { Command } from "./commands.ts";
import type { Desk } from "./desk.ts";

/** What the footer has to know of a desk. */
type Seen = Pick<Desk, "step" | "source" | "state" | "url" | "isPassed" | "isRedisUp">;

export interface FooterFacts {
  desk: Seen;
  commands: readonly Command[];
  /** What has to be answered first. */
  question?: string | undefined;
  /** A word on the last key. */
  remark?: string | undefined;
}

/** The keys of a question. */
const ANSWERS = [
  { key: "y", label: "yes", rank: 0 },
  { key: "n", label: "no", rank: 0 },
];
const SEPARATOR = colors.dim(" · ");
/** Where there are fewer rows, each of them is for the log. */
const ROOMY = 10;
/** A run that is longer than this is seen to go on. In ms. */
const LONG = 3_000;

/** The last lines of the screen: which step and where, how things stand, the keys. */
export function footerOf(facts: FooterFacts, columns: number, rows: number): string[] {
  const width = columns - 1;
  const { desk, question, commands, remark } = facts;
  // What is asked is there to its last word.
  const status = question
    ? wrap(question, width - 1).map(colors.bold)
    : [cut(remark ?? statusOf(desk, width - 1), width - 1)];
  const lines = [...status, keysLine(question ? ANSWERS : commands, width)];
  const indented = lines.map((line) => ` ${line}`);
  return rows < ROOMY ? indented : [ruleOf(desk, width), ...indented];
}

/** `── Step 3 · Cluster it ───────────── http://localhost:3000 ──` */
function ruleOf({ step, url, source }: Seen, width: number): string {
  const what = source === "solution" ? "Solution of step" : "Step";
  const where = url ? ` ${url} ──` : "";
  const titles = [`${what} ${step.number} · ${step.title}`, `${what} ${step.number}`];
  const fitting = titles.find((title) => widthOf(`── ${title} ${where}`) <= width);
  const left = `── ${fitting ?? `Step ${step.number}`} `;
  const gap = Math.max(width - widthOf(left) - widthOf(where), 0);
  return colors.dim(cut(`${left}${"─".repeat(gap)}${where}`, width));
}

/** As much of it as fits: what matters most comes first. */
function statusOf(desk: Seen, width: number): string {
  const { phase, isPaused, isSaved } = desk.state;
  const parts = judgementOf(desk);
  if (desk.isRedisUp === false) parts.splice(1, 0, colors.yellow("Redis is down"));
  if (phase === "waiting" && isPaused) {
    parts.splice(1, 0, colors.yellow(isSaved ? "paused, and saved since" : "paused"));
  }
  while (parts.length > 1 && widthOf(parts.join(SEPARATOR)) > width) parts.pop();
  return parts.join(SEPARATOR);
}

function judgementOf({ state, step, source, isPassed }: Seen): string[] {
  const { phase, results, total, verdict, isPaused, began } = state;
  const failed = count(results, "not yet");
  const holding = `${count(results, "passed")} of ${results.length} checks hold`;
  if (phase === "starting") return ["starting"];
  if (phase === "closing") return ["closing"];
  if (phase === "checking") {
    const took = performance.now() - began;
    const done = results.length;
    return [
      total === undefined ? "checking" : `checking ${Math.min(done + 1, total)} of ${total}`,
      ...(failed ? [colors.red(`${failed} ✗ so far`)] : []),
      ...(took > LONG ? [colors.dim(elapsed(took))] : []),
    ];
  }
  switch (verdict) {
    case "passed": {
      const isNext = source === "work" && isPassed && step.number < steps.length;
      return [
        colors.green(`all ${results.length} checks hold`),
        ...(isNext ? [`n goes on to step ${step.number + 1}`] : []),
      ];
    }
    case "not yet":
      return [colors.red(holding), ...(isPaused ? [] : [colors.dim("waiting for a save")])];
    case "your machine":
      return [colors.yellow(holding), colors.dim("this machine lacks something")];
    default:
      return [colors.yellow("not judged"), colors.dim("c checks again")];
  }
}

function count(results: readonly CheckResult[], outcome: CheckResult["outcome"]): number {
  return results.filter((result) => result.outcome === outcome).length;
}

/** As many keys as there is room for; those stay that are needed most. */
function keysLine(
  commands: readonly Pick<Command, "key" | "label" | "rank">[],
  width: number,
): string {
  const text = ({ key, label }: (typeof commands)[number]) => `${key} ${label}`;
  const kept = new Set<(typeof commands)[number]>();
  // One for the space before the first key, and none for the two after the last one.
  let room = width + 1;
  for (const command of commands.toSorted((one, other) => one.rank - other.rank)) {
    room -= text(command).length + 2;
    if (room < 0) break;
    kept.add(command);
  }
  return commands
    .filter((command) => kept.has(command))
    .map(({ key, label }) => `${colors.bold(key)} ${colors.dim(label)}`)
    .join("  ");
}
