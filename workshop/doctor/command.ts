import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import colors from "picocolors";
import { root } from "../catalog.ts";
import { onInterrupt } from "../interrupt.ts";
import { duration } from "../text.ts";

/** How a command has ended. */
export interface CommandEnd {
  ok: boolean;
  /** `exit code 100`, `not found`, `no end after 600 s`. */
  how: string;
  /** What it wrote, to standard output and standard error. */
  output: string;
}

/** How long one command may take, in ms: a slow download of 300 MB has to fit in. */
const WITHIN = 15 * 60_000;
/** How much of a failed command's output is shown. */
const LAST_LINES = 10;

const ENVIRONMENT = {
  DEBIAN_FRONTEND: "noninteractive",
  // Playwright's own value is 30 s, for each of its three hosts. Behind a firewall that is long.
  PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000",
  // Its news would be the last lines of an output.
  NPM_CONFIG_UPDATE_NOTIFIER: "false",
};

const isWindows = process.platform === "win32";

/**
 * Runs a command in the clone, with nothing to read, until it ends or `within` ms are over. Ctrl-C
 * ends it, and this process with it. It never throws: what failed is in the answer.
 */
export async function runCommand(
  argv: readonly string[],
  { within, env = {} }: { within: number; env?: NodeJS.ProcessEnv },
): Promise<CommandEnd> {
  const child = start(argv, { ...process.env, ...env });
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-100_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);

  const ended = endOf(child);
  using _interrupt = onInterrupt(() => end(child));
  let limit: NodeJS.Timeout | undefined;
  const tooLong = new Promise<string>((resolve) => {
    limit = setTimeout(resolve, within, `no end after ${Math.round(within / 1000)} s`);
  });
  const how = await Promise.race([ended, tooLong]);
  clearTimeout(limit);
  await end(child);
  // A grandchild that lives on may still hold the pipes.
  child.stdout?.destroy();
  child.stderr?.destroy();
  return { ok: how === undefined, how: how ?? "exit code 0", output };
}

/** Announces a command, runs it, and shows of its output only the end, and only when it failed. */
export async function runAnnounced(
  argv: readonly string[],
  within: number = WITHIN,
): Promise<CommandEnd> {
  console.log(colors.bold(`$ ${argv.join(" ")}`));
  const start = performance.now();
  const end = await withClock(start, () => runCommand(argv, { within, env: ENVIRONMENT }));
  const time = duration(performance.now() - start);
  if (end.ok) {
    console.log(colors.dim(`  done in ${time}`));
  } else {
    for (const line of lastLines(end.output, LAST_LINES)) console.log(colors.dim(`  ${line}`));
    console.log(`  failed after ${time}: ${end.how}`);
  }
  return end;
}

/** The last lines of an output, without colours, stack frames, empty lines and redrawn progress. */
export function lastLines(output: string, count: number): string[] {
  return stripVTControlCharacters(output)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() && !/^\s+at /.test(line))
    .slice(-count);
}

/** Asks a person in the terminal. Only a typed yes is a yes; Ctrl-C ends this process. */
export function askYesNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    // Ctrl-D and Ctrl-C close it without an answer, in the middle of the line.
    terminal.once("close", () => {
      process.stdout.write("\n");
      resolve(false);
    });
    terminal.once("SIGINT", () => {
      terminal.close();
      process.kill(process.pid, "SIGINT");
    });
    terminal.question(`${question} (y/N) `, (answer) => {
      terminal.removeAllListeners("close").close();
      resolve(/^y(es)?$/i.test(answer.trim()));
    });
  });
}

/** Shows in a terminal how long an act takes, on one line that goes away afterwards. */
async function withClock<T>(start: number, act: () => Promise<T>): Promise<T> {
  if (!process.stdout.isTTY) return act();
  const draw = () =>
    process.stdout.write(`\r  … ${Math.round((performance.now() - start) / 1000)} s `);
  const clock = setInterval(draw, 1000);
  try {
    return await act();
  } finally {
    clearInterval(clock);
    process.stdout.write("\r\u001b[K");
  }
}

/** In a group of its own, so that what the command starts can be ended with it. */
function start(argv: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  // On Windows npm and npx are scripts, which only a shell can start.
  if (isWindows) return spawn(argv.join(" "), { cwd: root, env, stdio, shell: true });
  const [program = "", ...words] = argv;
  return spawn(program, words, { cwd: root, env, stdio, detached: true });
}

/** Undefined when all went well, else how it ended. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      const notFound = "code" in error && error.code === "ENOENT";
      resolve(notFound ? "not found" : error.message);
    });
    child.once("exit", (code, signal) => {
      // What it wrote last is read before the answer.
      const last = () => resolve(code === 0 ? undefined : signal ? signal : `exit code ${code}`);
      child.once("close", last);
      setTimeout(last, 500).unref();
    });
  });
}

/** Asks the command and all it has started to end, and after 3 s makes them. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  kill(child, "SIGTERM");
  const late = new AbortController();
  const force = sleep(3_000, undefined, { signal: late.signal }).then(
    () => kill(child, "SIGKILL"),
    () => {},
  );
  await exited;
  late.abort();
  await force;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (isWindows || child.pid === undefined) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It was quicker.
  }
}
