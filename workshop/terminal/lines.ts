import { stripVTControlCharacters } from "node:util";
import type { Display } from "./display.ts";
import type { Page } from "./pager.ts";
import { squeezer } from "./squeeze.ts";

/** Reads badly aloud, or not at all; and what a person would say instead. */
const SPOKEN: readonly [RegExp, string][] = [
  [/[╭╮╰╯│┃┌┐└┘├┤┬┴┼─━═║▏▕▌▐█]+ ?/g, ""],
  [/✓/g, "passed:"],
  [/✗/g, "not yet:"],
  [/(\d)–(?=\d)/g, "$1 to "],
  [/ ·(?= )/g, ","],
  [/–/g, "-"],
  [/…/g, "..."],
  [/→|⇒/g, "to"],
  [/[●○•▸▶]/g, "-"],
];

export interface LinesOptions {
  write: (text: string) => unknown;
  /** In columns. */
  width: () => number;
  /** For a screen reader: words only, no colours, no signs that draw. */
  plain: boolean;
}

/** Prints one line after the other and never takes one back; what is long is printed, too. */
export class Lines implements Display {
  readonly isLive = false;
  readonly isPaging = false;
  readonly #options: LinesOptions;
  readonly #squeeze = squeezer();

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  get width(): number {
    return this.#options.width();
  }

  log(text: string): void {
    const { write, plain } = this.#options;
    const lines = this.#squeeze(text);
    const said = plain ? lines.map(evenly).map(spoken) : lines;
    write(said.map((line) => `${line}\n`).join(""));
  }

  page({ title, lines }: Page): void {
    const { write, plain } = this.#options;
    const text = [title, "", ...lines(this.width), ""];
    write(`${(plain ? text.map(spoken) : text).join("\n")}\n`);
  }

  refresh(): void {}
  press(): void {}
  release(): void {}
  take(): void {}
  [Symbol.dispose](): void {}
}

/** A line as a screen reader can say it. */
export function spoken(line: string): string {
  const plain = stripVTControlCharacters(line);
  return SPOKEN.reduce((text, [sign, word]) => text.replace(sign, word), plain).trimEnd();
}

/** Without the spaces that put words below each other; at the beginning they stay. */
function evenly(line: string): string {
  return stripVTControlCharacters(line).replace(/(\S) {2,}/g, "$1 ");
}
