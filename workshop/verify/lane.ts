import { RemoteChecker } from "../check/remote.ts";
import { runCell, type Cell, type CellOptions, type CellRun } from "./cell.ts";
import { strayTrials } from "./compose.ts";
import { leaksOf } from "./leaks.ts";

/** Runs one cell after the other with a checker of its own: cells of different lanes do not meet. */
export class Lane implements AsyncDisposable {
  readonly #checker = new RemoteChecker();
  #isOver = false;

  /** Runs a cell and looks for what it has left behind. It never throws. */
  async run(cell: Cell, options: CellOptions = {}): Promise<CellRun> {
    const run = await runCell(cell, this.#checker, options);
    const folder = this.#isOver ? undefined : await this.#checker.folder();
    const leaks = folder === undefined ? [] : await leaksOf(folder, { further: strayTrials });
    if (leaks.length === 0) return run;
    // Or the next cell would be blamed for it.
    await this.#checker[Symbol.asyncDispose]();
    const left = `It leaves behind:\n${leaks.map((leak) => `  ${leak}`).join("\n")}`;
    return {
      ...run,
      outcome: "failed",
      problem: run.problem ? `${run.problem}\n${left}` : left,
    };
  }

  /** In the middle of a cell it ends that, too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#checker[Symbol.asyncDispose]();
  }
}
