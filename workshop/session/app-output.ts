import colors from "picocolors";
import { clean } from "../terminal/clean.ts";

/** The same line more often than this says nothing new, for a while (in ms). */
const SAME = 3;
const FOR = 10_000;
/** More lines a second than this nobody can read. */
const PER_SECOND = 10;

/**
 * Prints what the learner's app prints while it runs, line by line: a `console.log` is seen where
 * one looks. Each line is made safe for the terminal. What is said over and over, and what comes too
 * fast to be read, is left to the key `l`, which is said once in a while.
 */
export class AppOutput {
  readonly #print: (text: string) => void;
  readonly #now: () => number;
  /** When each line was printed lately, in ms. */
  readonly #printed = new Map<string, number[]>();
  #second = 0;
  #count = 0;
  #pointed = -Infinity;

  constructor(print: (text: string) => void, now: () => number = () => performance.now()) {
    this.#print = print;
    this.#now = now;
  }

  /** Takes what a stream has given: whole lines, and maybe the beginning of one. */
  hear(stream: "out" | "err", text: string): void {
    const label = stream === "out" ? colors.dim("Output   ") : colors.red("Errors   ");
    for (const line of clean(text.trimEnd()).split("\n")) {
      if (this.#isWorthIt(line)) this.#print(label + line);
      else this.#pointToLogs(label);
    }
  }

  #isWorthIt(line: string): boolean {
    const now = this.#now();
    if (now - this.#second >= 1_000) [this.#second, this.#count] = [now, 0];
    for (const [said, times] of this.#printed) {
      if ((times.at(-1) ?? 0) < now - FOR) this.#printed.delete(said);
    }
    const times = (this.#printed.get(line) ?? []).filter((at) => at >= now - FOR);
    if (times.length >= SAME || this.#count >= PER_SECOND) return false;
    this.#printed.set(line, [...times, now]);
    this.#count += 1;
    return true;
  }

  #pointToLogs(label: string): void {
    if (this.#now() - this.#pointed < FOR) return;
    this.#pointed = this.#now();
    this.#print(label + colors.dim("… and more of that kind; l shows it all"));
  }
}
