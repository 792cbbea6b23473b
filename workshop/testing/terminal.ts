import { EventEmitter } from "node:events";
import xterm from "@xterm/headless";
import { until } from "../stage/until.ts";
import type { TerminalOutput } from "../terminal/screen.ts";

/** A terminal without a window: what is written to it can be read off its screen. */
export class TestTerminal implements TerminalOutput {
  readonly #terminal: xterm.Terminal;
  readonly #events = new EventEmitter<{ resize: [] }>();
  /** Each piece of text that was written. */
  readonly writes: string[] = [];

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 10_000,
      allowProposedApi: true,
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(text: string): void {
    this.writes.push(text);
    this.#terminal.write(text);
  }

  on(event: "resize", listener: () => void): void {
    this.#events.on(event, listener);
  }

  off(event: "resize", listener: () => void): void {
    this.#events.off(event, listener);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#settled();
    this.#terminal.resize(columns, rows);
    this.#events.emit("resize");
  }

  /** What the screen shows. */
  async screen(): Promise<string[]> {
    await this.#settled();
    const { baseY } = this.#terminal.buffer.active;
    return this.#lines().slice(baseY);
  }

  /** The screen, and all that has scrolled out of it; lines that the terminal has broken are whole. */
  async all(): Promise<string[]> {
    await this.#settled();
    const whole: string[] = [];
    for (const [at, line] of this.#lines().entries()) {
      const isRest = this.#terminal.buffer.active.getLine(at)?.isWrapped === true;
      if (isRest) whole.push((whole.pop() ?? "") + line);
      else whole.push(line);
    }
    while (whole.at(-1) === "") whole.pop();
    return whole;
  }

  /** Waits until the screen shows this, and gives it. */
  async shows(what: RegExp, within = 10_000): Promise<string> {
    return until(
      async () => (await this.screen()).join("\n"),
      (text) => what.test(text),
      { within, otherwise: (text) => new Error(`No ${what} on the screen:\n${text}`) },
    );
  }

  /** Whether it is as it was: the cursor visible, the first screen, pasting as ever. */
  async isGivenBack(): Promise<boolean> {
    await this.#settled();
    const { modes, buffer } = this.#terminal;
    const text = this.writes.join("");
    const isHidden = text.lastIndexOf("\x1b[?25l") > text.lastIndexOf("\x1b[?25h");
    return buffer.active.type === "normal" && !modes.bracketedPasteMode && !isHidden;
  }

  #lines(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: active.length },
      (_, at) => active.getLine(at)?.translateToString(true) ?? "",
    );
  }

  /** What was written is drawn a little later. */
  #settled(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write("", resolve));
  }
}
