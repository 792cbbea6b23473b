import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NOTES } from "../catalog.ts";
import { commandOf, isAlive } from "../stage/processes.mjs";
import type { CellKind, CellRun } from "./cell.ts";
import type { Commit, Machine } from "./machine.ts";

/** Where the latest run keeps its report, so that it can go on. */
export const REPORT = join(NOTES, "verify", "report.json");

/** Reports of another shape are not gone on with. */
const VERSION = 1;

/** What was asked for: the same for as long as a run is gone on with. */
export interface Wish {
  /** Numbers of steps. */
  steps: number[];
  ablation: boolean;
  full: boolean;
  repeat: number;
  load: boolean;
}

/** What is known of a cell. */
export interface CellReport {
  /** The number of its step; absent for a cell of the ablation. */
  step?: number | undefined;
  kind: CellKind;
  name: string;
  /** What its inputs were when it was run first. */
  fingerprint: string;
  runs: CellRun[];
}

/** A run of the matrix, as it is kept. */
export interface Report {
  version: typeof VERSION;
  /** The process that is at it. */
  pid: number;
  startedAt: string;
  /** Absent while it has not come to its end. */
  finishedAt?: string | undefined;
  /** How long it has been at work, in ms: without the time between an end and its resumption. */
  ms: number;
  machine: Machine;
  commit: Commit;
  wish: Wish;
  lanes: number;
  cells: CellReport[];
}

/** An empty report of a run that begins. */
export function beginReport(
  about: Pick<Report, "machine" | "commit" | "wish" | "lanes">,
  startedAt = new Date(),
): Report {
  return {
    version: VERSION,
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    ms: 0,
    ...about,
    cells: [],
  };
}

/** The report in a file; undefined when there is none that can be read. */
export function readReport(file = REPORT): Report | undefined {
  try {
    const report: Report = JSON.parse(readFileSync(file, "utf8"));
    return report.version === VERSION && Array.isArray(report.cells) ? report : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a report so that whoever reads the file finds the old one or the new one, never a half. */
export function writeReport(report: Report, file = REPORT): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(report, null, 1)}\n`);
  renameSync(draft, file);
}

/** Whether another process is still at this report. */
export function isBeingWritten(report: Report | undefined): report is Report {
  if (!report || report.finishedAt || report.pid === process.pid) return false;
  // The pid may be somebody else's by now.
  return isAlive(report.pid) && /workshop.cli\.ts|^$/.test(commandOf(report.pid));
}
