import { Pager, type Page } from "./pager.ts";
import type { Display } from "./display.ts";
import { PASTE_OFF, PASTE_ON } from "./keys.ts";
import { squeezer } from "./squeeze.ts";
import { cut, widthOf } from "./width.ts";

/** What is written to: standard output, when it is a terminal. */
export interface TerminalOutput {
  columns: number;
  rows: number;
  write: (text: string) => unknown;
  on: (event: "resize", listener: () => void) => unknown;
  off: (event: "resize", listener: () => void) => unknown;
}

/** More frames than these nobody can see; what comes meanwhile is written together. In ms. */
const FRAME = 33;
/** What a page hides is kept for later, and no more of it than somebody can scroll through. */
const KEEP = 5_000;

const ESC = "\x1b[";
/** The terminal shows a frame when it is complete, where it knows of this. */
const [BEGIN, END] = [`${ESC}?2026h`, `${ESC}?2026l`];
const [HIDE, SHOW] = [`${ESC}?25l`, `${ESC}?25h`];
const [ENTER, LEAVE] = [`${ESC}?1049h`, `${ESC}?1049l`];
const ERASE_BELOW = `${ESC}J`;
const ERASE_REST = `${ESC}K`;

/**
 * A terminal with a log, which scrolls as any output does and stays in its scrollback, and below it a
 * footer of a few lines. A long page is read on the alternate screen.
 *
 * The cursor waits where the footer begins, not where it ends: whatever a resize makes of the lines
 * below it, they are erased from there.
 */
export class Screen implements Display {
  readonly isLive = true;
  readonly #output: TerminalOutput;
  readonly #footer: (columns: number, rows: number) => string[];
  readonly #squeeze = squeezer();
  #log: string[] = [];
  #dropped = 0;
  #shown: string | undefined;
  #pager: Pager | undefined;
  /** Whether the terminal is ours; before `open` and after `release` it is not. */
  #isOpen = false;
  #wasResized = false;
  #timer: NodeJS.Timeout | undefined;
  #written = -FRAME;
  readonly #resized = () => this.#onResize();

  /** @param footer the footer's lines for a terminal of that size */
  constructor(output: TerminalOutput, footer: (columns: number, rows: number) => string[]) {
    this.#output = output;
    this.#footer = footer;
    output.on("resize", this.#resized);
    this.take();
  }

  get width(): number {
    return this.#output.columns || 80;
  }

  get isPaging(): boolean {
    return this.#pager !== undefined;
  }

  log(text: string): void {
    this.#log.push(...this.#squeeze(text));
    if (this.#pager && this.#log.length > KEEP) {
      this.#dropped += this.#log.splice(0, this.#log.length - KEEP).length;
    }
    if (!this.#pager) this.#schedule();
  }

  refresh(): void {
    if (!this.#pager) this.#schedule();
  }

  page(page: Page): void {
    this.#flush();
    // Below the log there is nothing now that could be in the way when the page is closed.
    this.#write(`\r${ERASE_BELOW}${this.#pager ? "" : ENTER}`);
    this.#pager = new Pager(page, this.#size);
    this.#shown = undefined;
    this.#wasResized = false;
    this.#draw();
  }

  press(key: string): void {
    if (!this.#pager) return;
    if (this.#pager.press(key)) this.#draw();
    else this.#closePage();
  }

  /** Takes the terminal: again, after it was released for a while. */
  take(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#shown = undefined;
    this.#write(PASTE_ON + (this.#pager ? ENTER : ""));
    this.#schedule();
  }

  /** Gives the terminal back as it was, with all of the log on it. It may be taken again. */
  release(): void {
    if (!this.#isOpen) return;
    const rest = this.#takeLog();
    const log = rest.length ? `${rest.join("\r\n")}\r\n` : "";
    const leave = this.#pager ? LEAVE + this.#toLastRow() : "";
    this.#write(`${leave}\r${ERASE_BELOW}${log}${PASTE_OFF}${SHOW}`);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isOpen = false;
  }

  [Symbol.dispose](): void {
    this.#output.off("resize", this.#resized);
    this.release();
  }

  get #size(): { columns: number; rows: number } {
    return { columns: this.width, rows: this.#output.rows || 24 };
  }

  #closePage(): void {
    this.#pager = undefined;
    this.#write(LEAVE + this.#toLastRow());
    this.#shown = undefined;
    this.#flush();
  }

  /** Where the cursor was before the page, it may be no longer when the terminal has another size. */
  #toLastRow(): string {
    if (!this.#wasResized) return "";
    this.#wasResized = false;
    return `${ESC}${this.#size.rows};1H\r\n`;
  }

  #onResize(): void {
    this.#shown = undefined;
    this.#wasResized = true;
    this.#pager?.resize(this.#size);
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#isOpen) return;
    const due = this.#written + FRAME - performance.now();
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(due, 0));
  }

  /** Writes what has come since the last frame. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#isOpen) return;
    this.#written = performance.now();
    if (this.#pager) this.#draw();
    else this.#drawLog();
  }

  #drawLog(): void {
    const { columns, rows } = this.#size;
    const footer = this.#footer(columns, rows)
      .slice(0, Math.max(rows - 1, 1))
      // The last column stays free: a terminal may break a line that fills it.
      .map((line) => cut(line, columns - 1))
      .join("\r\n");
    const log = this.#takeLog();
    if (log.length === 0 && footer === this.#shown) return;
    this.#shown = footer;
    const above = log.map((line) => `${line}\r\n`).join("");
    const back = footer.split("\n").length - 1;
    this.#write(
      `${BEGIN}${HIDE}\r${ERASE_BELOW}${above}${footer}\r${back > 0 ? `${ESC}${back}A` : ""}${END}`,
    );
  }

  /** The page is drawn over itself row by row, so that nothing is ever blank. */
  #draw(): void {
    const { columns, rows } = this.#size;
    const pager = this.#pager;
    if (!pager || !this.#isOpen) return;
    const lines = pager.frame().slice(-rows);
    // A full row has no rest, and what is erased there is its last letter.
    const rest = (line: string) => (widthOf(line) < columns ? ERASE_REST : "");
    const frame = lines
      .map((line, row) => `${ESC}${row + 1};1H${line}${ESC}0m${rest(line)}`)
      .join("");
    const at = pager.cursor;
    const cursor = at === undefined ? HIDE : `${ESC}${lines.length};${at + 1}H${SHOW}`;
    if (frame + cursor === this.#shown) return;
    this.#shown = frame + cursor;
    this.#write(`${BEGIN}${HIDE}${frame}${cursor}${END}`);
  }

  #takeLog(): string[] {
    const more = this.#dropped ? [`… and ${this.#dropped} lines before these`] : [];
    const log = [...more, ...this.#log];
    this.#log = [];
    this.#dropped = 0;
    return log;
  }

  #write(text: string): void {
    this.#output.write(text);
  }
}
