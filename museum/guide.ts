import { createInterface } from "node:readline/promises";
import colors from "picocolors";
import { renderTable } from "../workshop/markdown/table.ts";
import { clean } from "../workshop/terminal/clean.ts";
import { cut, flow } from "../workshop/terminal/width.ts";

/** Longer lines of prose than this are hard to follow. In columns. */
const PROSE = 90;
const INDENT = 4;

/** Says what is to be seen in the museum, and waits for the visitor between two acts. */
export interface Guide {
  /** The columns that there are for what a command prints. */
  room: number;
  heading: (number: number, title: string) => void;
  say: (text: string) => void;
  /** A command as one types it. */
  typed: (line: string) => void;
  /** A page of the browser, by what is said of it. */
  page: (about: string) => void;
  /** What a command has printed, or a page shows. */
  output: (text: string) => void;
  /** What to look at. */
  look: (...texts: string[]) => void;
  table: (rows: readonly string[][]) => void;
  /** Waits until the visitor wants to go on. Gives false when they want to leave. */
  goOn: (to: string) => Promise<boolean>;
}

export interface GuideOptions {
  write: (text: string) => void;
  width: () => number;
  /** Whether somebody is there to press Enter. */
  isVisited: boolean;
  /** For a screen reader: no signs, and no colours. */
  plain: boolean;
}

export function openGuide({ write, width, isVisited, plain }: GuideOptions): Guide {
  const print = (text = "") => write(`${text}\n`);
  const prose = (text: string) => flow(text, Math.min(width(), PROSE));
  const indented = (text: string) => {
    for (const line of text.split("\n")) {
      print(line && cut(`${" ".repeat(INDENT)}${line}`, width()));
    }
  };
  return {
    get room() {
      return width() - INDENT;
    },
    heading(number, title) {
      const text = ` Act ${number} · ${title} `;
      print(`\n\n${plain ? text.trim() : colors.bold(colors.inverse(text))}`);
    },
    say: (text) => print(`\n${prose(text)}`),
    typed: (line) => print(`\n${plain ? `Typed: ${line}` : colors.bold(`  $ ${line}`)}`),
    page: (about) => print(`\n${plain ? "Page:" : colors.bold("  ▢")} ${about}`),
    output: (text) => indented(clean(text.trimEnd())),
    look(...texts) {
      print(`\n${plain ? "Look:" : colors.cyan(colors.bold("Look"))}`);
      for (const text of texts) {
        const [first = "", ...rest] = flow(text, Math.min(width(), PROSE) - 4).split("\n");
        print([`  ${plain ? "" : "· "}${first}`, ...rest.map((line) => `    ${line}`)].join("\n"));
      }
    },
    table: (rows) => print(`\n${renderTable(rows, width()).join("\n")}`),
    async goOn(to) {
      if (!isVisited) return true;
      using line = ask();
      const answer = await line.ask(`\n${colors.dim(`Enter: ${to} · q and Enter: leave`)} `);
      return !/^q/i.test(answer.trim());
    },
  };
}

/** A question in the terminal. Ctrl-C and Ctrl-D are answers, too: the end. */
function ask(): Disposable & { ask: (question: string) => Promise<string> } {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  // It would keep Ctrl-C for itself.
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  return {
    ask: (question) =>
      new Promise((resolve) => {
        reader.once("close", () => resolve("q"));
        void reader.question(question).then(resolve, () => resolve("q"));
      }),
    [Symbol.dispose]: () => reader.close(),
  };
}
