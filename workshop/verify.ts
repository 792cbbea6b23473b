import { relative } from "node:path";
import { ablationJobs } from "../checks/ablation/jobs.ts";
import { keepTable, TABLE } from "../checks/ablation/keep.ts";
import { rowsOf, textOfTable, type Row } from "../checks/ablation/table.ts";
import { root, steps as allSteps, type Step } from "./catalog.ts";
import { EXIT_CODES } from "./check/verdict.ts";
import { onInterrupt } from "./interrupt.ts";
import { UsageProblem } from "./problems.ts";
import { typedPath } from "./typed-path.ts";
import { sweepTrials } from "./verify/compose.ts";
import { cellsOf } from "./verify/cell.ts";
import { Estimate } from "./verify/estimate.ts";
import { jobOf, labelOf, type Job } from "./verify/job.ts";
import { Lane } from "./verify/lane.ts";
import { Progress } from "./verify/live.ts";
import { keepBusy } from "./verify/load.ts";
import { describeCommit, describeMachine } from "./verify/machine.ts";
import { Matrix } from "./verify/matrix.ts";
import { planOf, type Plan, type Typed } from "./verify/plan.ts";
import {
  beginReport,
  isBeingWritten,
  readReport,
  REPORT,
  writeReport,
  type CellReport,
  type Report,
} from "./verify/report.ts";
import { stateOf } from "./verify/state.ts";
import { summaryOf } from "./verify/summary.ts";
import { closingLine, problemList, tableOf } from "./verify/table.ts";

/** What shells say of a process that Ctrl-C has ended. */
const INTERRUPTED = 130;

/**
 * Runs the matrix: each code that a person may hand in, and what the checks must say of it. Gives the
 * exit code.
 *
 * @throws UsageProblem when what was typed makes no sense.
 */
export async function verify(steps: readonly Step[], typed: Typed): Promise<number> {
  const plan = planOf(steps, typed);
  await using ablation = plan.wish.ablation ? ablationJobs() : undefined;
  const jobs = chosenOf(plan, [...jobsOf(plan), ...(ablation?.jobs ?? [])]);
  const before = readReport();
  const report = await openReport(plan, jobs);
  // A part of the matrix is no proof, and not worth that a longer run's report is lost for it.
  const isKept = !plan.cell && !plan.record && !isBeingWritten(before);
  if (isBeingWritten(before) && !plan.cell && !plan.record) {
    console.error(`Another run (pid ${before.pid}) keeps its report; this one keeps none.`);
  }
  const files = [...(isKept ? [REPORT] : []), ...(plan.json ? [typedPath(plan.json)] : [])];
  const save = () => files.forEach((file) => writeReport(report, file));

  sweepTrials();
  await using _load = plan.wish.load ? await keepBusy() : undefined;
  const start = performance.now() - report.ms;
  const progress = new Progress(
    jobs,
    report.cells,
    { repeat: plan.wish.repeat, lanes: plan.lanes },
    { estimate: estimateFrom(before) },
  );
  const matrix = new Matrix(
    jobs,
    {
      repeat: plan.wish.repeat,
      lanes: plan.lanes,
      openLane: () => new Lane(),
      cells: report.cells,
    },
    {
      onBegin: (job) => progress.onBegin(job),
      onRun: (cell, run) => {
        report.ms = Math.round(performance.now() - start);
        save();
        progress.onRun(cell, run);
      },
      onCell: (cell) => progress.onCell(cell),
    },
  );
  save();
  const ended = matrix.run().then(() => {
    progress.end();
    if (!interrupt.isAsked) report.finishedAt = new Date().toISOString();
    save();
    tellOutcome(report, jobs, plan);
    if (!interrupt.isAsked) return exitCodeOf(report.cells);
    console.log(`It was interrupted.${isKept ? " To go on: npm run verify -- --resume" : ""}`);
    return INTERRUPTED;
  });
  using interrupt = onInterrupt(async () => {
    await matrix.stop();
    await ended;
  });
  return await ended;
}

function jobsOf({ wish, record }: Plan): Job[] {
  const options = { full: wish.full, record };
  return wish.steps
    .flatMap((number) => allSteps.filter((step) => step.number === number))
    .flatMap(cellsOf)
    .map((cell) => jobOf(cell, options));
}

function chosenOf({ cell }: Plan, jobs: Job[]): Job[] {
  const chosen = jobs.filter(({ about }) => !cell || about.name.includes(cell));
  if (chosen.length === 0) throw new UsageProblem(`No cell has "${cell}" in its name.`);
  return chosen;
}

/** A new report; or the one that is gone on with, without what has been touched since. */
async function openReport({ wish, lanes, resumed }: Plan, jobs: readonly Job[]): Promise<Report> {
  const about = { machine: await describeMachine(), commit: describeCommit(), wish, lanes };
  if (!resumed) return beginReport(about);
  const cells = resumed.cells.filter((cell) => isStillTrue(cell, jobs));
  const done = cells.filter(({ runs }) => runs.length >= wish.repeat);
  if (done.length === jobs.length) {
    throw new UsageProblem(
      "There is nothing to resume: all cells are done, and nothing has changed.",
    );
  }
  return { ...resumed, ...about, pid: process.pid, finishedAt: undefined, cells };
}

function isStillTrue(cell: CellReport, jobs: readonly Job[]): boolean {
  const job = jobs.find(({ about }) => labelOf(about) === labelOf(cell));
  return job?.fingerprint() === cell.fingerprint;
}

/** What the latest run has taken, this one may take, too. */
function estimateFrom(report: Report | undefined): Estimate {
  const estimate = new Estimate();
  for (const cell of report?.cells ?? []) {
    for (const { ms } of cell.runs) estimate.note(cell, ms);
  }
  return estimate;
}

/** What is not as it must be; and, of a whole run, the tables and what can be handed on. */
function tellOutcome(report: Report, jobs: readonly Job[], { cell, record, write }: Plan): void {
  const rows = rowsOf(report.cells);
  const date = new Date(report.startedAt);
  if (rows.length > 0) console.log(`\n${textOfTable(rows, report.machine, date)}`);
  if (write) tellKept(rows, report, date);
  const planned = jobs.map(({ about }) => about);
  const problems = problemList(report.cells);
  if (cell || record) {
    if (problems) console.log(`\n${problems}`);
    return;
  }
  if (report.wish.steps.length > 0) console.log(`\n${tableOf(report.cells, planned)}`);
  if (problems) console.log(`\n${problems}`);
  console.log(`\n${summaryOf(report, planned)}\n\n${closingLine(report.cells, planned)}`);
}

function tellKept(rows: readonly Row[], { cells, machine }: Report, date: Date): void {
  const isWhole = rows.length === cells.length && exitCodeOf(cells) === EXIT_CODES.passed;
  if (isWhole) keepTable(rows, machine, date);
  console.log(
    `\nThe table ${isWhole ? "is" : "is not"} written to both READMEs and ${relative(root, TABLE)}.`,
  );
}

/** What is wrong in the workshop comes before what is wrong with the machine. */
function exitCodeOf(cells: readonly CellReport[]): number {
  const states = new Set(cells.map(({ runs }) => stateOf(runs)));
  if (states.has("failed") || states.has("flaky")) return EXIT_CODES["not yet"];
  if (states.has("your machine")) return EXIT_CODES["your machine"];
  return states.has("inconclusive") ? EXIT_CODES.inconclusive : EXIT_CODES.passed;
}
