import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SERVER } from "../catalog.ts";
import { NotYet } from "../problems.ts";
import { Trace } from "../trace/collector.ts";
import { REPORT, type TraceEvent } from "../trace/events.ts";
import { explainCrash } from "./crash.ts";
import { PRELOAD, place, readEcosystem } from "./ecosystem.ts";
import { forget, type Pm2, type Worker } from "./pm2.ts";
import type { Run } from "./run.ts";
import { until } from "./until.ts";

/** How long an app may take until all its workers listen, in ms. Four slow ones on two busy cores. */
const UP_WITHIN = 20_000;

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

/** An app under pm2, which can be stopped without being forgotten. */
export interface ManagedApp extends App {
  pm2: Pm2;
}

export interface Launch {
  run: Run;
  dir: string;
  name: string;
  port: number;
  /** On top of the environment that the code itself asks for. */
  env?: Record<string, string> | undefined;
  /** Hears of each request while the app comes up, too. */
  onTrace?: ((event: TraceEvent, trace: Trace) => void) | undefined;
  /** Gives up waiting, and takes the app down again. */
  signal?: AbortSignal | undefined;
}

/** What the world has seen of an app that is coming up. */
interface Birth {
  trace: Trace;
  port: number;
  /** What was thrown and not caught, or why the process ended. */
  crash?: string | undefined;
}

/**
 * Starts `node --import tsx server.ts`, as step 1 does by hand, and waits until it listens.
 *
 * @throws NotYet when the learner's code does not get that far, with what it printed.
 */
export async function startPlainApp({
  run,
  dir,
  name,
  port,
  env,
  onTrace,
  signal,
}: Launch): Promise<App> {
  requireServer(dir);
  const trace = new Trace(join(run.folder, `${name}-exits.ndjson`));
  if (onTrace) trace.on("event", (event) => onTrace(event, trace));
  const outFile = join(run.folder, `${name}-out.log`);
  const errFile = join(run.folder, `${name}-err.log`);

  const child = spawn(process.execPath, ["--import", PRELOAD, "--import", "tsx", SERVER], {
    cwd: dir,
    env: {
      ...run.env,
      PORT: String(port),
      ...env,
      WORKSHOP_EXITS: join(run.folder, `${name}-exits.ndjson`),
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  run.own(name, child.pid);
  child.stdout?.pipe(createWriteStream(outFile));
  child.stderr?.pipe(createWriteStream(errFile));
  const ended = once(child, "exit");

  const birth: Birth = { trace, port };
  child.on("message", (message: unknown) => hear(message, trace));
  child.once("close", (code, signal) => {
    birth.crash ??= read(errFile) || `it ended with ${signal ?? `exit code ${code}`}`;
  });

  const app: App = {
    dir,
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    trace,
    async workers() {
      const running = child.exitCode === null && child.signalCode === null;
      return [
        {
          instance: 0,
          pid: child.pid ?? 0,
          state: running ? "online" : "stopped",
          mode: "fork",
          restarts: 0,
          cpu: 0,
          memory: 0,
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
  return settled(app, () =>
    until(
      () => progressOf(birth, dir),
      ({ listening }) => listening.length > 0,
      { within: UP_WITHIN, signal, otherwise: () => neverListened(app, read(errFile)) },
    ),
  );
}

/**
 * Starts the learner's ecosystem file under pm2 and waits until pm2 has started it and each of its
 * workers listens on the port that it was given.
 *
 * @throws NotYet when the learner's file or code does not get that far, with the reason.
 */
export async function startManagedApp({
  run,
  dir,
  name,
  port,
  env,
  onTrace,
  signal,
  pm2,
}: Launch & { pm2: Pm2 }): Promise<ManagedApp> {
  const config = await readEcosystem(dir);
  requireServer(dir, String(config.script));
  const exits = join(pm2.home, "exits.ndjson");
  const trace = new Trace(exits);
  if (onTrace) trace.on("event", (event) => onTrace(event, trace));

  const birth: Birth = { trace, port };
  const listener = ({ app, type, data, event }: BusMessageLike) => {
    if (app !== name) return;
    if (type === REPORT) hear({ type, data }, trace);
    if (type === "process:exception") birth.crash ??= textOf(data);
    // A restart is pm2's business; what matters here is an end before it ever listened.
    if (type === "process:event" && event === "exit" && trace.events.length === 0) {
      setTimeout(() => (birth.crash ??= "it ended before it listened"), 300).unref();
    }
  };
  pm2.bus.on("message", listener);

  const app: ManagedApp = {
    dir,
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    trace,
    pm2,
    workers: () => pm2.workers(name),
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

  return settled(app, async () => {
    let started = false;
    let refusal: Error | undefined;
    const surroundings = { ...run.env, WORKSHOP_EXITS: exits };
    pm2.start(place(config, { dir, name, port, env: surroundings, over: env })).then(
      () => (started = true),
      (error: Error) => (refusal = error),
    );
    await until(
      async () => {
        if (refusal) throw pm2Refused(refusal);
        const { listening } = progressOf(birth, dir);
        const workers = started ? await pm2.workers(name) : [];
        if (workers.some(({ state }) => state === "errored")) {
          birth.crash ??= (await app.output()).err || "pm2 gave it up (errored)";
        }
        return { listening, workers };
      },
      ({ listening, workers }) =>
        workers.length > 0 &&
        workers.every(({ state, pid }) => state === "online" && listening.includes(pid)),
      { within: UP_WITHIN, signal, otherwise: () => new Error("") },
    ).catch(async (error: unknown) => {
      if (error instanceof NotYet || (error instanceof Error && error.message)) throw error;
      throw neverListened(app, (await app.output()).err, await pm2.workers(name));
    });
  });
}

interface BusMessageLike {
  app: string;
  type: string;
  data: unknown;
  event?: string | undefined;
}

/** The app when it is up; whatever happens before that takes it down again. */
async function settled<A extends App>(app: A, up: () => Promise<unknown>): Promise<A> {
  try {
    await up();
    return app;
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
}

function requireServer(dir: string, script: string = SERVER): void {
  if (existsSync(join(dir, script))) return;
  throw new NotYet({
    expected: `a file ${script}`,
    seen: existsSync(dir) ? "no such file" : "that the whole folder is missing",
    look: { file: script },
    hint: "npm run step makes a missing folder again; a single file can be copied from steps/.",
    blocks: true,
  });
}

/** The pids that listen where they should. @throws NotYet when that can no longer come true. */
function progressOf({ trace, port, crash }: Birth, dir: string): { listening: number[] } {
  const heard = trace.events.filter((event) => event.kind === "listening");
  const elsewhere = heard.find((event) => event.port !== port);
  if (elsewhere) {
    throw new NotYet({
      expected: `the server to listen on the port in process.env.PORT (${port})`,
      seen: `that it listens on ${elsewhere.port}`,
      look: { file: SERVER },
      hint: "The port comes from outside: httpServer.listen(PORT) with PORT from process.env.",
      blocks: true,
    });
  }
  if (heard.length === 0 && crash !== undefined) throw explainCrash(crash, dir);
  return { listening: heard.map(({ worker }) => worker.pid) };
}

function neverListened(app: App, err: string, workers: Worker[] = []): NotYet {
  if (err.trim() && app.trace.events.length === 0) return explainCrash(err, app.dir);
  const busy = workers.find(({ cpu }) => cpu > 80);
  return new NotYet({
    expected: `the server to listen on port ${app.port} within ${UP_WITHIN / 1000} s`,
    seen: busy
      ? `that its process (pid ${busy.pid}) keeps a whole core busy and listens nowhere`
      : "that it runs, listens nowhere and reports no error",
    look: { file: SERVER },
    hint: busy
      ? "An endless loop without an await lets Node do nothing else."
      : "Is httpServer.listen(PORT, …) still there, and is it reached?",
    blocks: true,
  });
}

function pm2Refused(error: Error): NotYet {
  return new NotYet({
    expected: "pm2 to start the app",
    seen: `its refusal: ${error.message}`,
    look: { file: "ecosystem.config.cjs" },
    blocks: true,
  });
}

function hear(message: unknown, trace: Trace): void {
  if (typeof message !== "object" || message === null || !("type" in message)) return;
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
