import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { root } from "../catalog.ts";
import { onInterrupt } from "../interrupt.ts";

/** How a command has ended. */
export interface CommandEnd {
  ok: boolean;
  /** `exit code 100`, `not found`, `no end after 600 s`. */
  how: string;
  /** What it wrote, to standard output and standard error. */
  output: string;
}

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
  const time = new AbortController();
  const tooLong = sleep(within, undefined, { signal: time.signal }).then(
    () => `no end after ${Math.round(within / 1000)} s`,
    () => ended,
  );
  const how = await Promise.race([ended, tooLong]);
  time.abort();
  await end(child);
  // A grandchild that lives on may still hold the pipes.
  child.stdout?.destroy();
  child.stderr?.destroy();
  return { ok: how === undefined, how: how ?? "exit code 0", output };
}

/** The last lines of an output, without colours, stack frames, empty lines and redrawn progress. */
export function lastLines(output: string, count: number): string[] {
  return stripVTControlCharacters(output)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() && !/^\s+at /.test(line))
    .slice(-count);
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
