import colors from "picocolors";
import { steps } from "../catalog.ts";
import { cellLine } from "./live.ts";
import type { CellKind } from "./cell.ts";
import type { CellReport } from "./report.ts";
import { problemsOf, rateOf, stateOf } from "./state.ts";

const HEAD = ["step", "solution", "starter", "wrong caught", "right passing", "time"];

/** One row for each step, and one for the ablation; cells that were not run count as missing. */
export function tableOf(cells: readonly CellReport[], planned: readonly Planned[]): string {
  const rows = [...new Set(planned.map(({ step }) => step))].map((step) => {
    const mine = cells.filter((cell) => cell.step === step);
    const wanted = (kind: CellKind) =>
      planned.filter((cell) => cell.step === step && cell.kind === kind).length;
    const of = (kind: CellKind) => mine.filter((cell) => cell.kind === kind);
    const time = took(mine.flatMap(({ runs }) => runs).reduce((sum, { ms }) => sum + ms, 0));
    if (step === undefined) {
      const count = countHeld(of("ablation"), wanted("ablation"));
      return ["ablation", `${count} cells as they must be`, time];
    }
    const title = steps.find(({ number }) => number === step)?.title ?? "";
    return [
      `${step}  ${title}`,
      single(of("solution")[0]),
      single(of("starter")[0]),
      countHeld(of("wrong"), wanted("wrong")),
      countHeld(of("right"), wanted("right")),
      time,
    ];
  });
  return align([HEAD, ...rows]);
}

export type Planned = Pick<CellReport, "step" | "kind" | "name">;

function single(cell: CellReport | undefined): string {
  if (!cell) return "–";
  const state = stateOf(cell.runs);
  if (state === "held") return "✓";
  return state === "flaky" ? `flaky: ${rateOf(cell.runs)}` : state;
}

function countHeld(cells: readonly CellReport[], wanted: number): string {
  return `${cells.filter(({ runs }) => stateOf(runs) === "held").length} of ${wanted}`;
}

/** Columns of equal width; the last cell of each row ends at the right edge. */
function align(rows: readonly (readonly string[])[]): string {
  const count = HEAD.length;
  const full = rows.filter((row) => row.length === count);
  const widths = HEAD.map((_, at) => Math.max(...full.map((row) => row[at]?.length ?? 0)));
  const last = Math.max(...rows.map((row) => row.at(-1)?.length ?? 0));
  const left = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  return rows
    .map((row) => {
      const cells = row.slice(0, -1).map((text, at) => text.padEnd(widths[at] ?? 0));
      return `${cells.join("  ").padEnd(left)}${(row.at(-1) ?? "").padStart(last)}`;
    })
    .join("\n");
}

/** Every cell that is not as it must be, with what was seen; empty when there is none. */
export function problemList(cells: readonly CellReport[]): string {
  return cells
    .filter(({ runs }) => stateOf(runs) !== "held")
    .map((cell) => {
      const problems = problemsOf(cell.runs).join("\n");
      return `${cellLine(cell)}\n${problems.replace(/^(?=.)/gm, "    ")}`;
    })
    .join("\n\n");
}

/** `41.3 s`, `12 min 5 s`, `1 h 2 min`. */
export function took(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** The last line: all is well, or what is not. */
export function closingLine(cells: readonly CellReport[], planned: readonly Planned[]): string {
  const states = cells.map(({ runs }) => stateOf(runs));
  const count = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length;
  const bad = count("failed", "flaky");
  const told: [number, string, string][] = [
    [count("your machine"), "needs what this machine lacks", "need what this machine lacks"],
    [count("inconclusive"), "could not be judged", "could not be judged"],
    [planned.length - cells.length, "was not run", "were not run"],
  ];
  const parts = told
    .filter(([number]) => number > 0)
    .map(([number, one, many]) => `${number} ${number === 1 ? one : many}`);
  if (bad > 0) {
    const are = bad === 1 ? "is not as it must be" : "are not as they must be";
    return colors.red(`${[`${bad} of ${planned.length} cells ${are}`, ...parts].join("; ")}.`);
  }
  if (parts.length > 0) return colors.yellow(`${parts.join("; ")}.`);
  return colors.green(`All ${planned.length} cells are as they must be.`);
}
