import { availableParallelism } from "node:os";
import { steps as allSteps, type Step } from "../catalog.ts";
import { UsageProblem } from "../problems.ts";
import { isBeingWritten, readReport, REPORT, type Report, type Wish } from "./report.ts";

/** What is typed after `npm run verify`. */
export interface Typed {
  cell?: string | undefined;
  full?: boolean | undefined;
  record?: boolean | undefined;
  repeat?: string | undefined;
  load?: boolean | undefined;
  lanes?: string | undefined;
  ablation?: boolean | undefined;
  write?: boolean | undefined;
  resume?: boolean | undefined;
  json?: string | undefined;
}

/** What is to be done. */
export interface Plan {
  wish: Wish;
  lanes: number;
  cell?: string | undefined;
  record: boolean;
  write: boolean;
  json?: string | undefined;
  /** The report that is gone on with. */
  resumed?: Report | undefined;
}

/**
 * Makes a plan of what was typed.
 *
 * @throws UsageProblem when it makes no sense.
 */
export function planOf(
  steps: readonly Step[],
  typed: Typed,
  read: () => Report | undefined = readReport,
): Plan {
  const { cell, full = false, record = false, load = false, write = false, json } = typed;
  const lanes = typed.lanes === undefined ? defaultLanes() : toCount("--lanes", typed.lanes);
  const repeat = typed.repeat === undefined ? 1 : toCount("--repeat", typed.repeat);
  if (typed.resume) {
    const resumed = resume(steps, typed, read());
    return { wish: resumed.wish, lanes, record: false, write: false, json, resumed };
  }
  if (write && !typed.ablation) throw new UsageProblem("--write goes with --ablation.");
  if (typed.ablation && steps.length > 0) {
    throw new UsageProblem("--ablation is about no single step: leave the numbers out.");
  }
  const all = steps.length > 0 ? steps : typed.ablation ? [] : allSteps;
  const wish: Wish = {
    steps: [...new Set(all.map(({ number }) => number))],
    // Recording is about checks, and needs no measuring.
    ablation: typed.ablation === true || (steps.length === 0 && !record),
    full,
    repeat,
    load,
  };
  return { wish, lanes, cell, record, write, json };
}

/** Two cells at a time want about two cores each. */
export function defaultLanes(cores = availableParallelism()): number {
  return Math.max(1, Math.floor(cores / 2));
}

function toCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1000) return count;
  throw new UsageProblem(`${option} takes a whole number from 1 on, not ${text}.`);
}

function resume(steps: readonly Step[], typed: Typed, report: Report | undefined): Report {
  const { resume: _, lanes: __, json: ___, ...others } = typed;
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  if (steps.length > 0 || given.length > 0) {
    throw new UsageProblem(
      "--resume goes on with what the latest run was asked for: besides it, only --lanes and --json.",
    );
  }
  if (!report) throw new UsageProblem(`There is nothing to resume: no report in ${REPORT}.`);
  if (isBeingWritten(report)) {
    throw new UsageProblem(`That run is still going on (pid ${report.pid}).`);
  }
  return report;
}
