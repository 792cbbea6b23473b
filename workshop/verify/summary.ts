import { dateTime } from "../date.ts";
import type { CellKind } from "./cell.ts";
import { labelOf } from "./job.ts";
import type { CellReport, Report } from "./report.ts";
import { rateOf, stateOf } from "./state.ts";
import { took, type Planned } from "./table.ts";

const KINDS: Record<CellKind, string> = {
  solution: "solutions",
  starter: "starters",
  wrong: "wrong answers caught",
  right: "right answers passing",
  ablation: "cells of the ablation",
};

/** A few lines that an instructor can hand on: when, what, on which machine, and what came of it. */
export function summaryOf(report: Report, planned: readonly Planned[]): string {
  const { machine, commit, wish, lanes, cells } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const more = [
    ...(wish.repeat > 1 ? [`each cell ${wish.repeat} times`] : []),
    ...(wish.load ? ["with all cores kept busy"] : []),
    ...(wish.full ? ["all checks on wrong answers, too"] : []),
    `${lanes} ${lanes === 1 ? "lane" : "lanes"}`,
  ];
  const changed = commit.changed ? ` and ${commit.changed} changed files` : "";
  return [
    `Broken Handshakes, ${commandOf(wish)}, ${dateTime(report.startedAt)}`,
    `commit ${commit.hash}${changed}; took ${took(report.ms)}, ${more.join(", ")}`,
    `${machine.system}, ${machine.cores} × ${machine.cpu}, ${(machine.memory / 2 ** 30).toFixed(1)} GB`,
    versions.join(", "),
    `as it must be: ${countsOf(cells, planned)}`,
    `not so: ${badOf(cells, planned).join(", ") || "none"}`,
  ].join("\n");
}

/** What is typed for such a run. */
export function commandOf({ steps, ablation, full, repeat, load }: Report["wish"]): string {
  const options = [
    ...(full ? ["--full"] : []),
    ...(repeat > 1 ? [`--repeat ${repeat}`] : []),
    ...(load ? ["--load"] : []),
    ...(ablation && steps.length === 0 ? ["--ablation"] : []),
  ];
  const numbers = ablation ? [] : steps.map(String);
  return ["npm run verify", ...numbers, ...(options.length ? ["--", ...options] : [])].join(" ");
}

function countsOf(cells: readonly CellReport[], planned: readonly Planned[]): string {
  const kinds = [...new Set(planned.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const held = cells.filter((cell) => cell.kind === kind && stateOf(cell.runs) === "held");
      const wanted = planned.filter((cell) => cell.kind === kind);
      return `${held.length} of ${wanted.length} ${KINDS[kind]}`;
    })
    .join(", ");
}

function badOf(cells: readonly CellReport[], planned: readonly Planned[]): string[] {
  const bad = cells
    .filter(({ runs }) => stateOf(runs) !== "held")
    .map((cell) => `${labelOf(cell)} (${stateOf(cell.runs)}: ${rateOf(cell.runs)})`);
  const missing = planned.length - cells.length;
  if (missing === 0) return bad;
  return [...bad, `${missing} ${missing === 1 ? "cell that was" : "cells that were"} not run`];
}
