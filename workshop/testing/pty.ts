import { root } from "../catalog.ts";
import { cleanEnvironment } from "../stage/environment.ts";
import { CLI, type Desk } from "./cli.ts";
import { TestTerminal } from "./terminal.ts";

export interface PtyOptions {
  columns?: number;
  rows?: number;
  env?: NodeJS.ProcessEnv;
}

/** A program in a terminal of its own. Disposing it ends the program. */
export interface Pty extends AsyncDisposable {
  terminal: TestTerminal;
  pid: number;
  /** All that was written to the terminal, as it was written. */
  output: () => string;
  /** Types this. */
  type: (text: string) => void;
  /** Waits until the screen shows this. */
  shows: (what: RegExp) => Promise<string>;
  resize: (columns: number, rows: number) => Promise<void>;
  /** Its exit code, when it has ended. */
  ended: Promise<number>;
}

/** How long a session may take for its checks on a busy machine, in ms. */
const WITHIN = 120_000;

/** The library has a binary for most systems, and none for some. */
const library = await import("@lydell/node-pty").catch(() => undefined);

/** Why there are no terminals here; undefined where there are. */
export const noPty: string | undefined = library
  ? undefined
  : `@lydell/node-pty has no binary for ${process.platform}-${process.arch}`;

/** Runs a program in a terminal. */
export function openPty(
  program: string,
  args: readonly string[],
  { columns = 80, rows = 24, env = {} }: PtyOptions = {},
): Pty {
  if (!library) throw new Error(noPty);
  const terminal = new TestTerminal(columns, rows);
  const pty = library.spawn(program, [...args], {
    cols: columns,
    rows,
    cwd: root,
    name: env.TERM ?? "xterm-256color",
    env: defined({
      ...cleanEnvironment(),
      CI: undefined,
      WORKSHOP_PLAIN: undefined,
      NO_COLOR: "1",
      ...env,
    }),
  });
  let output = "";
  let isRunning = true;
  pty.onData((text) => {
    output += text;
    terminal.write(text);
  });
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      isRunning = false;
      resolve(signal ? 128 + signal : exitCode);
    });
  });
  return {
    terminal,
    pid: pty.pid,
    output: () => output,
    type: (text) => pty.write(text),
    shows: (what) => terminal.shows(what, WITHIN),
    async resize(wide, high) {
      await terminal.resize(wide, high);
      pty.resize(wide, high);
    },
    ended,
    async [Symbol.asyncDispose]() {
      if (isRunning) pty.kill("SIGKILL");
      await ended;
    },
  };
}

/** The library would hand on what is undefined as a word. */
function defined(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

/** Runs a command of the workshop in a terminal, as `npm run` does. */
export function openCliPty(words: string[], desk: Desk, options: PtyOptions = {}): Pty {
  return openPty(process.execPath, ["--import", "tsx", CLI, ...words], {
    ...options,
    env: { ...desk.env, ...options.env },
  });
}
