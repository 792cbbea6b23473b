import { clean } from "../terminal/clean.ts";
import type { Notice, OutputLine } from "./protocol.ts";

/** How many lines of output a page is told that is opened late. */
const KEPT_LINES = 400;
/** What comes in this time is told at once, in ms. */
const GATHER = 150;
/** An app that prints in an endless loop must not drown the page. */
const PER_GATHERING = 60;

export interface TellingPages {
  notice: (notice: Notice) => void;
  output: (lines: readonly OutputLine[]) => void;
}

/** What is said to a person, and what the app prints: that is kept for pages that are opened later. */
export class Notices implements Disposable {
  readonly #pages: TellingPages;
  #ids = 0;
  #lines: OutputLine[] = [];
  #fresh: OutputLine[] = [];
  #left = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pages: TellingPages) {
    this.#pages = pages;
  }

  get lines(): readonly OutputLine[] {
    return this.#lines;
  }

  say(text: string, kind: Notice["kind"] = "info"): void {
    this.#pages.notice({ id: (this.#ids += 1), at: Date.now(), kind, text });
  }

  /** Takes what a stream has given: whole lines, and maybe the beginning of one. */
  print(text: string): void {
    for (const line of clean(text.trimEnd()).split("\n")) {
      if (this.#fresh.length < PER_GATHERING) this.#fresh.push(this.#line(line));
      else this.#left += 1;
    }
    this.#timer ??= setTimeout(() => this.#tell(), GATHER);
  }

  /** Another session: what an older one has printed is of no interest any more. */
  clear(): void {
    this.#lines = [];
    this.#fresh = [];
    this.#left = 0;
  }

  #line(text: string): OutputLine {
    return { id: (this.#ids += 1), at: Date.now(), text };
  }

  #tell(): void {
    this.#timer = undefined;
    if (this.#left > 0) this.#fresh.push(this.#line(`… and ${this.#left} more lines`));
    const fresh = this.#fresh;
    this.#fresh = [];
    this.#left = 0;
    this.#lines = [...this.#lines, ...fresh].slice(-KEPT_LINES);
    this.#pages.output(fresh);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
