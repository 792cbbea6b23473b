import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pidusage from "pidusage";
import { ECOSYSTEM, SERVER } from "../catalog.ts";
import { MachineProblem, NotYet } from "../problems.ts";
import { Trace } from "../trace/collector.ts";
import { REPORT, type TraceEvent } from "../trace/events.ts";
import { Birth, UP_WITHIN } from "./birth.ts";
import { PRELOAD, place, readEcosystem } from "./ecosystem.ts";
import { forget, type BusMessage, type Pm2, type Worker } from "./pm2.ts";
import { isFree } from "./ports.ts";
import type { Run } from "./run.ts";
import { until } from "./until.ts";

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
  /** What it has printed so far. */
  output: () => Promise<{ out: string; err: string }>;
}

export interface Launch {
  run: Run;
  dir: string;
  name: string;
  port: number;
  /** Hears of each request while the app comes up, too. */
  onTrace?: ((event: TraceEvent, trace: Trace) => void) | undefined;
  /** Called when the app is on its way: what can be done while it comes up. */
  meanwhile?: (() => void) | undefined;
  /** Gives up waiting, and takes the app down again. */
  signal?: AbortSignal | undefined;
}

/** Another program has the port that the app was given. */
export class PortTaken extends MachineProblem {
  constructor(port: number) {
    super(`Port ${port} has been taken by another program.`, "Run it again: it gets another port.");
  }
}

/**
 * Starts `node --import tsx server.ts`, as step 1 does by hand, and waits until it listens.
 *
 * @throws NotYet when the learner's code does not get that far, with what it printed.
 * @throws PortTaken
 */
export async function startPlainApp(launch: Launch): Promise<App> {
  const { run, dir, name, port, onTrace, signal } = launch;
  requireServer(dir, SERVER);
  const exits = join(run.folder, `${name}-exits.ndjson`);
  const trace = new Trace(exits);
  if (onTrace) trace.on("event", (event) => onTrace(event, trace));
  const birth = new Birth(trace, dir, port);
  const outFile = join(run.folder, `${name}-out.log`);
  const errFile = join(run.folder, `${name}-err.log`);

  const child = spawn(process.execPath, ["--import", PRELOAD, "--import", "tsx", SERVER], {
    cwd: dir,
    env: { ...run.env, PORT: String(port), WORKSHOP_EXITS: exits },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  run.own(name, child.pid);
  child.stdout?.pipe(createWriteStream(outFile));
  child.stderr?.pipe(createWriteStream(errFile));
  const ended = once(child, "exit");
  const runs = () => child.exitCode === null && child.signalCode === null;
  child.on("message", (message: unknown) => hear(message, trace));
  child.once("close", (code, signalName) => {
    birth.crashed(read(errFile) || `that it ended with ${signalName ?? `exit code ${code}`}`);
  });

  const app: App = {
    dir,
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    trace,
    async workers() {
      const pid = child.pid ?? 0;
      const usage = runs() ? await pidusage(pid).catch(() => undefined) : undefined;
      return [
        {
          instance: 0,
          pid,
          state: runs() ? "online" : "stopped",
          mode: "fork",
          restarts: 0,
          cpu: usage?.cpu ?? 0,
          memory: usage?.memory ?? 0,
          waitsForReady: false,
          outFile,
          errFile,
        },
      ];
    },
    output: async () => ({ out: read(outFile), err: read(errFile) }),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
  launch.meanwhile?.();
  await settle(app, birth, signal, async () => birth.listening.length > 0);
  return app;
}

/**
 * Starts the learner's ecosystem file under pm2 and waits until pm2 has started it and each of its
 * workers listens on the port that it was given.
 *
 * @throws NotYet when the learner's file or code does not get that far, with the reason.
 * @throws PortTaken
 */
export async function startManagedApp(launch: Launch & { pm2: Pm2 | Promise<Pm2> }): Promise<App> {
  const { run, dir, name, port, onTrace, signal } = launch;
  const [config, pm2] = await Promise.all([readEcosystem(dir), launch.pm2]);
  requireServer(dir, String(config.script));
  const exits = join(pm2.home, "exits.ndjson");
  const trace = new Trace(exits);
  if (onTrace) trace.on("event", (event) => onTrace(event, trace));
  const birth = new Birth(trace, dir, port);

  const listener = ({ app, type, data }: BusMessage) => {
    if (app !== name) return;
    if (type === REPORT) hear({ type, data }, trace);
    if (type === "process:exception") birth.crashed(textOf(data));
  };
  pm2.bus.on("message", listener);

  const app: App = {
    dir,
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    trace,
    workers: async () => withUsage(await pm2.workers(name)),
    async output() {
      const workers = await pm2.workers(name);
      const all = (files: string[]) => [...new Set(files)].map(read).join("");
      return {
        out: all(workers.map(({ outFile }) => outFile)),
        err: all(workers.map(({ errFile }) => errFile)),
      };
    },
    async [Symbol.asyncDispose]() {
      pm2.bus.off("message", listener);
      await forget(pm2, name);
    },
  };

  let started = false;
  let refusal: Error | undefined;
  const env = { ...run.env, WORKSHOP_EXITS: exits };
  pm2.start(place(config, { dir, name, port, env })).then(
    () => (started = true),
    (error: Error) => (refusal = error),
  );
  launch.meanwhile?.();
  await settle(app, birth, signal, async () => {
    if (refusal) throw pm2Refused(refusal);
    if (!started || birth.listening.length === 0) return false;
    const workers = await pm2.workers(name);
    return (
      workers.length > 0 &&
      workers.every(({ state, pid }) => state === "online" && birth.listening.includes(pid))
    );
  });
  return app;
}

/**
 * Waits until the app is up. Whatever happens before that takes it down again; a port that somebody
 * else has by then is not the learner's fault.
 */
async function settle(
  app: App,
  birth: Birth,
  signal: AbortSignal | undefined,
  isUp: () => Promise<boolean>,
): Promise<void> {
  let inspected = performance.now();
  const late = new Error("late");
  try {
    await until(
      async () => {
        birth.examine();
        if (await isUp()) return true;
        if (performance.now() - inspected > INSPECT_EVERY) {
          inspected = performance.now();
          const [workers, { err }] = await Promise.all([app.workers(), app.output()]);
          birth.inspect(workers, err);
        }
        return false;
      },
      (up) => up,
      { within: UP_WITHIN, signal, otherwise: () => late },
    );
  } catch (error) {
    const reason = error === late ? birth.failed((await app.output()).err) : error;
    await app[Symbol.asyncDispose]();
    const wantsPort = reason instanceof NotYet && reason.finding.seen.includes("EADDRINUSE");
    throw wantsPort && !(await isFree(app.port)) ? new PortTaken(app.port) : reason;
  }
}

/** pm2 measures only processes that are online; these are about to be. */
function withUsage(workers: readonly Worker[]): Promise<Worker[]> {
  return Promise.all(
    workers.map(async (worker) => {
      const usage = worker.pid ? await pidusage(worker.pid).catch(() => undefined) : undefined;
      return usage ? { ...worker, cpu: usage.cpu } : worker;
    }),
  );
}

/** @throws NotYet when the file that is to be started is not there. */
function requireServer(dir: string, script: string): void {
  if (existsSync(join(dir, script))) return;
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

function pm2Refused(error: Error): NotYet {
  return new NotYet({
    expected: "pm2 to start the app",
    seen: `its refusal: ${error.message}`,
    look: { file: ECOSYSTEM },
    blocks: true,
  });
}

function hear(message: unknown, trace: Trace): void {
  if (typeof message !== "object" || message === null || !("type" in message)) return;
  // Sent by our own preload, whose events have that type.
  if (message.type === REPORT && "data" in message) trace.add(message.data as TraceEvent);
}

function textOf(data: unknown): string {
  if (typeof data !== "object" || data === null) return String(data);
  if ("stack" in data && data.stack) return String(data.stack);
  return "message" in data ? String(data.message) : JSON.stringify(data);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
