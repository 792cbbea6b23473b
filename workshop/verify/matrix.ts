import type { CellRun } from "./cell.ts";
import { labelOf, type Job, type JobLane } from "./job.ts";
import type { CellReport } from "./report.ts";

/** Hears how a run of the matrix goes. */
export interface Listener {
  onBegin: (job: Job) => void;
  onRun: (cell: CellReport, run: CellRun) => void;
  /** All runs of a cell are done. */
  onCell: (cell: CellReport) => void;
}

export interface MatrixOptions {
  /** How often each cell is run. */
  repeat: number;
  /** How many cells may run at the same time. */
  lanes: number;
  openLane: () => JobLane & AsyncDisposable;
  /** What is known already; what is run is added to it. */
  cells: CellReport[];
}

/**
 * Runs cells on lanes, as many times as it is wished, and keeps what came of them in `cells`. Those
 * of which enough is known are not run again; a failed run is never replaced by another.
 */
export class Matrix {
  readonly #jobs: readonly Job[];
  readonly #options: MatrixOptions;
  readonly #listener: Listener;
  readonly #lanes = new Set<AsyncDisposable>();
  readonly #stop = new AbortController();
  #ended: Promise<void> | undefined;

  constructor(jobs: readonly Job[], options: MatrixOptions, listener: Listener) {
    this.#jobs = jobs;
    this.#options = options;
    this.#listener = listener;
  }

  /** Runs what is missing. */
  run(): Promise<void> {
    this.#ended ??= this.#runAll();
    return this.#ended;
  }

  /** Ends the cells that are running, whose outcome says nothing then, and waits for that. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#lanes].map((lane) => lane[Symbol.asyncDispose]()));
    await this.#ended;
  }

  async #runAll(): Promise<void> {
    const missing = this.#jobs.filter((job) => !this.#isDone(job));
    const queue = missing.filter(({ isAlone }) => !isAlone);
    const count = Math.min(this.#options.lanes, queue.length);
    await Promise.all(Array.from({ length: count }, () => this.#runLane(queue)));
    const alone = missing.filter(({ isAlone }) => isAlone);
    if (alone.length > 0) await this.#runLane(alone);
  }

  #isDone(job: Job): boolean {
    return (this.#known(job)?.runs.length ?? 0) >= this.#options.repeat;
  }

  #known({ about }: Job): CellReport | undefined {
    return this.#options.cells.find((cell) => labelOf(cell) === labelOf(about));
  }

  async #runLane(queue: Job[]): Promise<void> {
    await using lane = this.#options.openLane();
    this.#lanes.add(lane);
    for (let job = queue.shift(); job && !this.#stop.signal.aborted; job = queue.shift()) {
      await this.#runJob(job, lane);
    }
    this.#lanes.delete(lane);
  }

  async #runJob(job: Job, lane: JobLane): Promise<void> {
    const cell = this.#known(job) ?? { ...job.about, fingerprint: job.fingerprint(), runs: [] };
    while (cell.runs.length < this.#options.repeat) {
      this.#listener.onBegin(job);
      const run = await job.run(lane, this.#stop.signal);
      // It was cut short.
      if (this.#stop.signal.aborted) return;
      if (cell.runs.push(run) === 1) this.#options.cells.push(cell);
      this.#listener.onRun(cell, run);
    }
    this.#listener.onCell(cell);
  }
}
