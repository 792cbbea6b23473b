import { elapsed } from "../../workshop/elapsed.ts";
import type { Screen } from "../../workshop/verify/live.ts";

const BAR = 24;

/**
 * Shows how far an experiment is: in a terminal by a bar on one line that changes, elsewhere by a line
 * for each tenth of the way.
 */
export class Progress {
  readonly #screen: Screen;
  readonly #isLive: boolean;
  readonly #all: number;
  readonly #already: number;
  readonly #start = performance.now();
  #done: number;
  #told = 0;

  constructor(all: number, done: number, screen: Screen = process.stderr) {
    this.#screen = screen;
    this.#isLive = screen.isTTY === true && process.env.TERM !== "dumb";
    this.#all = all;
    this.#done = done;
    this.#already = done;
    this.#told = Math.floor((done / all) * 10);
  }

  /** What is being measured now. */
  begin(what: string): void {
    if (this.#isLive) this.#draw(what);
  }

  /** One visit more is done. */
  step(what: string): void {
    this.#done += 1;
    if (this.#isLive) {
      this.#draw(what);
      return;
    }
    const tenth = Math.floor((this.#done / this.#all) * 10);
    if (tenth > this.#told || this.#done === this.#all) this.#screen.write(`${this.line(what)}\n`);
    this.#told = tenth;
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isLive) this.#screen.write("\r\u001b[2K");
  }

  /** `████████░░░░  12 of 32, about 40 s left: fix=none workers=4` */
  line(what: string): string {
    const full = Math.round((this.#done / this.#all) * BAR);
    const bar = "█".repeat(full) + "░".repeat(BAR - full);
    const left = this.#left();
    const soon = left === undefined ? "" : `, about ${elapsed(left)} left`;
    return `${bar}  ${this.#done} of ${this.#all}${soon}: ${what}`;
  }

  #left(): number | undefined {
    const here = this.#done - this.#already;
    if (here === 0) return undefined;
    return ((performance.now() - this.#start) / here) * (this.#all - this.#done);
  }

  #draw(what: string): void {
    const width = (this.#screen.columns || 80) - 1;
    this.#screen.write(`\r\u001b[2K${this.line(what).slice(0, width)}`);
  }
}
