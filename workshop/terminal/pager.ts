import { has, mark } from "./search.ts";
import { cut, fold, widthOf } from "./width.ts";

/** Something long to read. */
export interface Page {
  title: string;
  /** Its lines for a terminal of that width; those that are longer are broken. */
  lines: (width: number) => string[];
  /** How far the rest of a broken line is moved in, in columns. */
  hang?: number;
  /** Opens it at its end: what came last is what matters. */
  fromEnd?: boolean;
}

export interface Size {
  columns: number;
  rows: number;
}

/** How far a key moves: in rows, or in screens. */
const MOVES: Record<string, { rows?: number; screens?: number }> = {
  down: { rows: 1 },
  j: { rows: 1 },
  return: { rows: 1 },
  up: { rows: -1 },
  k: { rows: -1 },
  " ": { screens: 1 },
  f: { screens: 1 },
  pagedown: { screens: 1 },
  b: { screens: -1 },
  pageup: { screens: -1 },
  g: { screens: -Infinity },
  home: { screens: -Infinity },
  G: { screens: Infinity },
  end: { screens: Infinity },
};
const HELP = ["q back", "↑↓", "space/b", "g/G", "/ search", "n/N"];

/** One screenful of a page, which is moved through by keys and can be searched. */
export class Pager {
  readonly #page: Page;
  #size: Size;
  #lines: string[] = [];
  /** The rows of the screen that the lines take, each with the number of its line. */
  #rows: { text: string; line: number }[] = [];
  #top = 0;
  /** What is looked for, and the line where it was found last. */
  #wanted = "";
  #found: number | undefined;
  /** What is being typed after `/`; undefined when nothing is. */
  #typing: string | undefined;
  #note = "";

  constructor(page: Page, size: Size) {
    this.#page = page;
    this.#size = size;
    this.#layOut();
    if (page.fromEnd) this.#moveTo(Infinity);
  }

  /** The terminal has got another size; the line at the top stays there. */
  resize(size: Size): void {
    const line = this.#rows[this.#top]?.line ?? 0;
    const before = this.#lines.length;
    this.#size = size;
    this.#layOut();
    // Some pages have more lines where they are narrower: then it is nearly the same place.
    const now = Math.floor((line * this.#lines.length) / Math.max(before, 1));
    this.#moveTo(this.#rowOf(now));
  }

  /** Gives false when this key closes it. */
  press(key: string): boolean {
    this.#note = "";
    if (this.#typing !== undefined) {
      this.#type(key, this.#typing);
      return true;
    }
    const move = MOVES[key] ?? MOVES[key.toLowerCase()];
    if (key === "q" || key === "Q" || key === "escape") return false;
    if (move) this.#moveTo(this.#top + (move.rows ?? 0) + (move.screens ?? 0) * this.#height);
    else if (key === "/") this.#typing = "";
    else if (key === "n") this.#find(1);
    else if (key === "N") this.#find(-1);
    return true;
  }

  /** What the screen shows: as many lines as it has rows, none wider than it is. */
  frame(): string[] {
    const shown = this.#rows.slice(this.#top, this.#top + this.#height);
    const lines = shown.map(({ text }) => mark(text, this.#wanted));
    while (lines.length < this.#height) lines.push("");
    return [...lines, this.#status()];
  }

  /** The column of the last row where typing goes on; undefined when nothing is being typed. */
  get cursor(): number | undefined {
    if (this.#typing === undefined) return undefined;
    return Math.min(widthOf(this.#typing) + 1, this.#size.columns - 1);
  }

  /** Rows for the page: the last one is for the status. */
  get #height(): number {
    return Math.max(this.#size.rows - 1, 1);
  }

  #layOut(): void {
    const { columns } = this.#size;
    this.#lines = this.#page.lines(columns);
    this.#rows = this.#lines.flatMap((text, line) =>
      fold(text, columns, this.#page.hang).map((row) => ({ text: row, line })),
    );
  }

  #moveTo(row: number): void {
    this.#top = Math.max(Math.min(row, this.#rows.length - this.#height), 0);
  }

  #rowOf(line: number): number {
    return this.#rows.findIndex((row) => row.line === line);
  }

  #type(key: string, typed: string): void {
    if (key === "return") {
      this.#typing = undefined;
      // Nothing typed looks for the same once more.
      if (typed) [this.#wanted, this.#found] = [typed, undefined];
      this.#find(1);
    } else if (key === "escape") this.#typing = undefined;
    else if (key === "backspace") this.#typing = typed ? typed.slice(0, -1) : undefined;
    else if ([...key].length === 1) this.#typing = typed + key;
  }

  /** Goes to the next line that has what is looked for; past the last one comes the first. */
  #find(direction: 1 | -1): void {
    const wanted = this.#wanted;
    const places = wanted ? this.#lines.flatMap((line, at) => (has(line, wanted) ? at : [])) : [];
    if (direction === -1) places.reverse();
    const [top, bottom] = [this.#rows[this.#top], this.#rows[this.#top + this.#height - 1]];
    const isInView =
      this.#found !== undefined &&
      this.#found >= (top?.line ?? 0) &&
      this.#found <= (bottom?.line ?? Infinity);
    // Whoever has moved on since looks from where they are.
    const from = isInView ? this.#found : (top?.line ?? 0) - direction;
    const next = places.find((line) => (line - (from ?? 0)) * direction > 0) ?? places[0];
    this.#found = next;
    if (next !== undefined) this.#moveTo(this.#rowOf(next));
    else if (wanted) this.#note = `There is no "${wanted}"`;
  }

  #status(): string {
    const { columns } = this.#size;
    if (this.#typing !== undefined) return cut(`/${this.#typing}`, columns - 1);
    const last = Math.min(this.#top + this.#height, this.#rows.length);
    const place = ` · ${this.#top + 1}–${last} of ${this.#rows.length}`;
    const left = ` ${cut(this.#note || this.#page.title, columns - place.length - 2)}${place}`;
    let right = "";
    for (const key of HELP) {
      if (widthOf(`${left}   ${right}  ${key} `) > columns) break;
      right += `${right ? "  " : ""}${key}`;
    }
    const gap = " ".repeat(Math.max(columns - widthOf(left) - widthOf(right) - 1, 0));
    return `\x1b[7m${cut(`${left}${gap}${right} `, columns)}\x1b[27m`;
  }
}
