import type { Cell, CellOptions, CellRun } from "./cell.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Lane } from "./lane.ts";
import type { CellReport } from "./report.ts";

/** What a job needs of a lane. */
export type JobLane = Pick<Lane, "run">;

/** A cell that is to be run. */
export interface Job {
  about: Pick<CellReport, "step" | "kind" | "name">;
  /** Says what its inputs are now. */
  fingerprint: () => string;
  /** What comes after the signal says nothing: it was cut short. */
  run: (lane: JobLane, signal: AbortSignal) => Promise<CellRun>;
  /** Whether nothing else may run meanwhile. */
  isAlone?: boolean | undefined;
}

/** The job of running the checks on the code of a cell. */
export function jobOf(cell: Cell, options: CellOptions): Job {
  const { step, kind, name } = cell;
  return {
    about: { step: step.number, kind, name },
    fingerprint: () => fingerprintOf(cell),
    run: (lane) => lane.run(cell, options),
  };
}

/** How a cell is called: `3 wrong-instances-1`. */
export function labelOf({ step, kind, name }: Job["about"]): string {
  return `${step ?? kind} ${name}`;
}
