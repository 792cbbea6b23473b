import { basename, join } from "node:path";
import pidusage from "pidusage";
import { ECOSYSTEM } from "../catalog.ts";
import { MachineProblem, NotYet } from "../problems.ts";
import { Trace } from "../trace/collector.ts";
import { REPORT } from "../trace/events.ts";
import {
  hear,
  Output,
  requireServer,
  settle,
  traceMode,
  type App,
  type Launch,
  type RedisAddress,
} from "./app.ts";
import { Birth } from "./birth.ts";
import { place, readEcosystem } from "./ecosystem.ts";
import { forget, type BusMessage, type Pm2, type Worker } from "./pm2.ts";

/**
 * Starts the learner's ecosystem file under pm2 and waits until pm2 has started it and each of its
 * workers listens on the port that it was given.
 *
 * @throws NotYet when the learner's file or code does not get that far, with the reason.
 * @throws PortTaken
 */
export async function startManagedApp(launch: Launch & { pm2: Pm2 | Promise<Pm2> }): Promise<App> {
  const { run, dir, name, port, onTrace, onOutput, signal, redis, preload, quiet } = launch;
  const [config, pm2] = await Promise.all([readEcosystem(dir), launch.pm2]);
  requireServer(dir, String(config.script), String(config.cwd ?? ""));
  requireNode(config.interpreter);
  const exits = exitsOf(pm2);
  const trace = new Trace(exits);
  if (onTrace) trace.on("event", (event) => onTrace(event, trace));
  const watch = redis && !quiet && (await watchIfAllowed(redis, trace));
  const birth = new Birth(trace, dir, port);
  const output = new Output(onOutput);

  const listener = ({ app, type, data }: BusMessage) => {
    if (app !== name) return;
    if (type === REPORT) hear({ type, data }, trace);
    if (type === "process:exception") birth.crashed(textOf(data));
    if (type === "log:out") output.add("out", String(data));
    if (type === "log:err") output.add("err", String(data));
  };
  pm2.bus.on("message", listener);

  const app: App = {
    dir,
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    trace,
    workers: async () => withUsage(await pm2.workers(name)),
    output,
    async [Symbol.asyncDispose]() {
      pm2.bus.off("message", listener);
      if (watch) await watch[Symbol.asyncDispose]();
      // Deleted in the middle of its start, an app is started all the same, and forgotten.
      if (isStarting) pm2.taint();
      else await forget(pm2, name);
    },
  };

  let isStarting = true;
  let refusal: Error | undefined;
  const env = { ...launch.env, ...traceMode(launch) };
  const base = { ...run.env, WORKSHOP_EXITS: exits };
  pm2
    .start({
      ...place(config, { dir, name, port, base, redis, preload, env }),
      ...(launch.hurry ? { wait_ready: false } : {}),
    })
    .catch((error: Error) => (refusal = error))
    .finally(() => (isStarting = false));
  launch.meanwhile?.();
  await settle(app, birth, signal, async () => {
    if (refusal) throw refusal instanceof MachineProblem ? refusal : pm2Refused(refusal);
    if (isStarting || birth.listening.length === 0) return false;
    const workers = await pm2.workers(name);
    return (
      workers.length > 0 &&
      workers.every(({ state, pid }) => state === "online" && birth.listening.includes(pid))
    );
  });
  return app;
}

/** Where the workers of a daemon write that they have ended by their own will. */
export function exitsOf({ home }: Pick<Pm2, "home">): string {
  return join(home, "exits.ndjson");
}

/** A Redis of somebody else's may forbid MONITOR: then the trace is without it. */
export async function watchIfAllowed(
  redis: RedisAddress,
  trace: Trace,
): Promise<AsyncDisposable | undefined> {
  // Only steps with Redis load its client.
  const { watchRedis } = await import("../trace/redis-monitor.ts");
  return watchRedis(redis, trace).catch(() => undefined);
}

/** What a worker does is told by a preload for Node, which another interpreter would not load. */
function requireNode(interpreter: unknown): void {
  if (interpreter === undefined || /^node(\.exe)?$/.test(basename(String(interpreter)))) return;
  throw new NotYet({
    expected: 'interpreter: "node"',
    seen: `interpreter: ${JSON.stringify(interpreter)}`,
    look: { file: ECOSYSTEM },
    hint: 'Node reads TypeScript with tsx: interpreter: "node", node_args: ["--import", "tsx", …].',
    blocks: true,
  });
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

function pm2Refused(error: Error): NotYet {
  return new NotYet({
    expected: "pm2 to start the app",
    seen: `its refusal: ${error.message}`,
    look: { file: ECOSYSTEM },
    hint: error.message.includes("TypeScript")
      ? 'Node reads TypeScript with tsx: interpreter: "node", node_args: ["--import", "tsx", …].'
      : undefined,
    blocks: true,
  });
}

function textOf(data: unknown): string {
  if (typeof data !== "object" || data === null) return String(data);
  if ("stack" in data && data.stack) return String(data.stack);
  return "message" in data ? String(data.message) : JSON.stringify(data);
}
