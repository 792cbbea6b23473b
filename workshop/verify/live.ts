import colors from "picocolors";
import { elapsed } from "../elapsed.ts";
import { duration } from "../text.ts";
import { Estimate } from "./estimate.ts";
import { labelOf, type Job } from "./job.ts";
import type { Listener } from "./matrix.ts";
import type { CellReport } from "./report.ts";
import { rateOf, stateOf, type CellState } from "./state.ts";
import type { CellRun } from "./cell.ts";

const MARKS: Record<CellState, string> = {
  held: colors.green("✓"),
  failed: colors.red("✗"),
  flaky: colors.red("~"),
  "your machine": colors.yellow("!"),
  inconclusive: colors.yellow("?"),
};

/** Where progress is shown. */
export interface Screen {
  write: (text: string) => unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** `✓ 3 wrong-instances-1  1.7 s`: what became of a cell, in one line. */
export function cellLine(cell: CellReport): string {
  const { runs } = cell;
  const state = stateOf(runs);
  const ms = runs.reduce((sum, run) => sum + run.ms, 0);
  const words = [
    `${MARKS[state]} ${labelOf(cell)}`,
    ...(runs.length > 1 ? [state === "held" ? rateOf(runs) : `${state}: ${rateOf(runs)}`] : []),
    ...(runs.length === 1 && state !== "held" && state !== "failed" ? [state] : []),
    ...(runs.some(({ recorded }) => recorded) ? ["written down"] : []),
    colors.dim(duration(ms)),
  ];
  return words.join("  ");
}

/**
 * Shows how far the matrix is: in a terminal on one line that changes, and above it what is not as it
 * must be; elsewhere one line for each cell.
 */
export class Progress implements Listener {
  readonly #screen: Screen;
  readonly #isLive: boolean;
  readonly #estimate: Estimate;
  readonly #lanes: number;
  /** How many runs of each cell are to come. */
  readonly #toCome: Map<string, { about: Job["about"]; runs: number }>;
  readonly #cells: number;
  #done: number;
  #bad = 0;
  #now = "";

  constructor(
    jobs: readonly Job[],
    known: readonly CellReport[],
    { repeat, lanes }: { repeat: number; lanes: number },
    {
      screen = process.stdout,
      estimate = new Estimate(),
    }: { screen?: Screen; estimate?: Estimate } = {},
  ) {
    this.#screen = screen;
    this.#isLive = screen.isTTY === true && process.env.TERM !== "dumb";
    this.#estimate = estimate;
    this.#lanes = lanes;
    const runsOf = new Map(known.map((cell) => [labelOf(cell), cell.runs.length]));
    this.#toCome = new Map(
      jobs.map(({ about }) => {
        const runs = repeat - (runsOf.get(labelOf(about)) ?? 0);
        return [labelOf(about), { about, runs: Math.max(0, runs) }];
      }),
    );
    this.#cells = jobs.length;
    this.#done = [...this.#toCome.values()].filter(({ runs }) => runs === 0).length;
  }

  onBegin({ about }: Job): void {
    this.#now = labelOf(about);
    this.#draw();
  }

  onRun(cell: CellReport, { ms }: CellRun): void {
    this.#estimate.note(cell, ms);
    const coming = this.#toCome.get(labelOf(cell));
    if (coming) coming.runs -= 1;
    this.#draw();
  }

  onCell(cell: CellReport): void {
    this.#done += 1;
    const isHeld = stateOf(cell.runs) === "held";
    if (!isHeld) this.#bad += 1;
    if (this.#isLive && isHeld) this.#draw();
    else this.#print(cellLine(cell));
  }

  /** Takes the changing line away. */
  end(): void {
    if (this.#isLive) this.#screen.write("\r\u001b[2K");
  }

  #print(line: string): void {
    this.end();
    this.#screen.write(`${line}\n`);
    this.#draw();
  }

  #draw(): void {
    if (!this.#isLive) return;
    const width = (this.#screen.columns || 80) - 1;
    this.#screen.write(`\r\u001b[2K${this.line().slice(0, width)}`);
  }

  /** `12 of 63 cells · 1 not as it must be · about 4 min left · 3 wrong-instances-1` */
  line(): string {
    const left = this.#timeLeft();
    return [
      `${this.#done} of ${this.#cells} cells`,
      ...(this.#bad ? [`${this.#bad} not as ${this.#bad === 1 ? "it" : "they"} must be`] : []),
      ...(left === undefined ? [] : [`about ${elapsed(left)} left`]),
      this.#now,
    ].join(" · ");
  }

  #timeLeft(): number | undefined {
    let sum = 0;
    for (const { about, runs } of this.#toCome.values()) {
      const each = this.#estimate.of(about);
      if (each === undefined) return undefined;
      sum += each * runs;
    }
    return sum / this.#lanes;
  }
}
