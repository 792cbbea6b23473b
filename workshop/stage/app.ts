import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { ECOSYSTEM, SERVER } from "../catalog.ts";
import { NotYet, PortTaken } from "../problems.ts";
import type { Trace } from "../trace/collector.ts";
import { isReport, type TraceEvent } from "../trace/events.ts";
import { STARVED_WITHIN, UP_WITHIN, type Birth } from "./birth.ts";
import type { Worker } from "./pm2.ts";
import { isFree } from "./ports.ts";
import type { Run } from "./run.ts";
import { eventually } from "./until.ts";

/** How often the processes of an app that is coming up are looked at, in ms. */
const INSPECT_EVERY = 300;

/** A learner's app that runs: one plain process, or whatever its ecosystem file says. */
export interface App extends AsyncDisposable {
  /** The folder of its code. */
  dir: string;
  /** Its name for pm2. */
  name: string;
  port: number;
  url: string;
  trace: Trace;
  workers: () => Promise<Worker[]>;
  /** What it has printed since it was started, the latest 64 KB of each stream. */
  output: Output;
}

/** The end of what a process has printed. */
export class Output {
  out = "";
  err = "";
  readonly #hear: Launch["onOutput"];

  constructor(hear?: Launch["onOutput"]) {
    this.#hear = hear;
  }

  add(stream: "out" | "err", text: string): void {
    this[stream] = (this[stream] + text).slice(-65_536);
    this.#hear?.(stream, text);
  }
}

/** What an app finds in its environment as `REDIS_URL` and `REDIS_PREFIX`. */
export interface RedisAddress {
  url: string;
  /** What the names of channels and keys begin with: others may use the same server. */
  prefix: string;
}

export interface Launch {
  run: Run;
  dir: string;
  name: string;
  port: number;
  /** The app's Redis; what its workers tell each other there goes into the trace. */
  redis?: RedisAddress | undefined;
  /** Modules that its workers load before their own code, as file URLs. */
  preload?: readonly string[] | undefined;
  /** What its environment holds besides. */
  env?: Readonly<Record<string, string>> | undefined;
  /**
   * Leaves requests, and what Redis is told, out of the trace: under heavy traffic pm2's daemon would do
   * little else than pass them on.
   */
  quiet?: boolean | undefined;
  /** Puts what was said word for word into the trace, too. */
  detailed?: boolean | undefined;
  /**
   * Starts all workers at once: pm2 itself would wait until one has said that it is ready before it
   * starts the next. Whoever launches it waits for all of them anyway.
   */
  hurry?: boolean | undefined;
  /** Hears of each request while the app comes up, too. */
  onTrace?: ((event: TraceEvent, trace: Trace) => void) | undefined;
  /** Hears what it prints, as it prints it. */
  onOutput?: ((stream: "out" | "err", text: string) => void) | undefined;
  /** Called when the app is on its way: what can be done while it comes up. */
  meanwhile?: (() => void) | undefined;
  /** Gives up waiting, and takes the app down again. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits until the app is up. Whatever happens before that takes it down again; a port that somebody
 * else has by then is not the learner's fault.
 */
export async function settle(
  app: App,
  birth: Birth,
  signal: AbortSignal | undefined,
  isUp: () => Promise<boolean>,
): Promise<void> {
  let inspected = performance.now();
  const look = async () => {
    birth.examine();
    if (await isUp()) return true;
    if (performance.now() - inspected > INSPECT_EVERY) {
      inspected = performance.now();
      birth.inspect(await app.workers(), app.output.err);
    }
    return false;
  };
  try {
    const began = performance.now();
    const isOver = () => performance.now() - began > UP_WITHIN && !birth.isStarved;
    const isDone = (isThere: boolean) => isThere || isOver();
    const isThere = await eventually(look, isDone, STARVED_WITHIN, signal);
    if (!isThere) throw birth.failed(app.output.err);
  } catch (reason) {
    await app[Symbol.asyncDispose]();
    const wantsPort = reason instanceof NotYet && reason.finding.seen.includes("EADDRINUSE");
    // Where one of its own has the port, the others have only that one in their way.
    const isOurs = birth.listening.length > 0;
    throw wantsPort && !isOurs && !(await isFree(app.port)) ? new PortTaken(app.port) : reason;
  }
}

/**
 * Looks for the file that is to be started, in the folder in which it is to be started.
 *
 * @throws NotYet when it is not there.
 */
export function requireServer(dir: string, script: string, cwd = ""): void {
  const from = resolve(dir, cwd);
  if (existsSync(resolve(from, script))) return;
  if (existsSync(resolve(dir, script))) {
    throw new NotYet({
      expected: `a file ${script} in the folder that cwd names`,
      seen: `that it leads to ${relative(dir, from)}, where no such file is`,
      look: { file: ECOSYSTEM },
      hint: "__dirname is the folder of the ecosystem file; process.cwd() is the one in which pm2 is typed.",
      blocks: true,
    });
  }
  throw new NotYet(
    script === SERVER
      ? {
          expected: `a file ${SERVER}`,
          seen: existsSync(dir) ? "no such file" : "that the whole folder is missing",
          look: { file: SERVER },
          hint: "npm run step makes a missing folder again; a single file can be copied from steps/.",
          blocks: true,
        }
      : {
          expected: "script to name a file",
          seen: `script: ${JSON.stringify(script)}, and there is no such file`,
          look: { file: ECOSYSTEM },
          hint: `The app begins in ${SERVER}.`,
          blocks: true,
        },
  );
}

/** What tells the workers how much of each request is wanted. */
export function traceMode({
  quiet,
  detailed,
}: Pick<Launch, "quiet" | "detailed">): Record<string, string> {
  if (quiet) return { WORKSHOP_TRACE: "quiet" };
  return detailed ? { WORKSHOP_TRACE: "detailed" } : {};
}

/** Takes a worker's report in. What else it sends is not for us. */
export function hear(message: unknown, trace: Trace): void {
  if (isReport(message)) trace.add(message.data);
}
