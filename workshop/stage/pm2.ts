import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type Pm2Module from "pm2";
import { MachineProblem } from "../problems.ts";
import { daemonLog, daemonPid, endDaemon, killIfThere, spawnDaemon } from "./daemon.ts";
import { isAlive } from "./processes.mjs";

const require = createRequire(import.meta.url);
/** pm2's own command line. */
export const PM2_BIN = require.resolve("pm2/bin/pm2");

/** How long pm2 may take to answer one call, in ms: four workers that never get ready take 12.3 s. */
const ANSWER_WITHIN = 30_000;

/** How often it is made sure that the daemon is still there while it is asked something, in ms. */
const LOOK_EVERY = 250;

/** One process of an app, as pm2 knows it. */
export interface Worker {
  instance: number;
  /** The host that it runs on, where there are several. */
  host?: string | undefined;
  pid: number;
  /** pm2's word: online, launching, stopping, stopped, errored, waiting restart. */
  state: string;
  mode: "cluster" | "fork";
  restarts: number;
  /** When it was started, in ms since the epoch; undefined while it does not run. */
  startedAt?: number | undefined;
  /** Share of one core, in percent. */
  cpu: number;
  /** Resident memory, in bytes. */
  memory: number;
  waitsForReady: boolean;
  /** For how long it waits for that, in ms, before it calls the process online all the same. */
  listenTimeout?: number;
}

/** What pm2's bus says of one app: `process.send({ type, data })` of a worker, or pm2's own events. */
export interface BusMessage {
  app: string;
  type: string;
  data: unknown;
  /** pm2's own word about a process: online, exit, restart overlimit. */
  event?: string | undefined;
}

/** A client of a pm2 daemon. Disposing it closes the connection, not the daemon. */
export interface Pm2 extends AsyncDisposable {
  home: string;
  bus: EventEmitter<{ message: [BusMessage] }>;
  start: (app: Pm2Module.StartOptions) => Promise<void>;
  workers: (app: string) => Promise<Worker[]>;
  /** Replaces one worker after the other by a new one, as it is typed: `pm2 reload`. */
  reload: (app: string) => Promise<void>;
  /** Starts workers, or ends the oldest ones, until there are that many: `pm2 scale`. */
  scale: (app: string, to: number) => Promise<void>;
  stop: (app: string) => Promise<void>;
  delete: (app: string) => Promise<void>;
  /** Every app with its processes, in a few words each. */
  apps: () => Promise<string[]>;
  /** Stops all apps, as gently as they allow, and then the daemon. */
  killDaemon: () => Promise<void>;
  /** Whether the daemon runs: somebody may have killed it. */
  isThere: () => boolean;
  /** Marks the daemon as one that still starts what nobody wants any more. */
  taint: () => void;
  /** Whether it needs a reset before it is used again. */
  isTainted: () => boolean;
  /** Kills the daemon and all that it runs. */
  end: () => Promise<void>;
  /** The same, and starts a new one in its place. */
  reset: (env: NodeJS.ProcessEnv) => Promise<void>;
  /** What pm2 itself has written to its log. */
  log: () => string;
}

let home: string | undefined;

/**
 * Connects to the daemon of that home. One process talks to one home only: pm2's module keeps its
 * paths in globals, and reads them from `PM2_HOME` when it is loaded. To further ones it talks by
 * `connectRemotePm2`.
 */
export async function connectPm2(to: string): Promise<Pm2> {
  if (home !== undefined && home !== to) {
    throw new Error(`This process is connected to the pm2 daemon in ${home} already.`);
  }
  home = to;
  process.env.PM2_HOME = to;
  process.env.PM2_DISCRETE_MODE = "true";
  const { default: pm2 } = await import("pm2");
  neverLaunch(Reflect.get(pm2, "Client"));

  const isThere = () => isAlive(daemonPid(to));
  const call = <T>(act: Act<T>) => answerOf(act, isThere);
  await call((done) => pm2.connect(done));
  const bus = new EventEmitter<{ message: [BusMessage] }>();
  bus.setMaxListeners(0);
  let wires = await listen();

  /** Once more for each new daemon: pm2's client would find it again, but may take 5 s to do so. */
  async function listen(): Promise<Wires> {
    const opened = await call<Wires>((done) => pm2.launchBus(done));
    opened.on("*", (type, packet) => {
      const app = packet?.process?.name;
      if (!app || opened !== wires) return;
      bus.emit("message", { app, type, data: packet.data, event: packet.event });
    });
    return opened;
  }

  let tainted = false;
  return {
    home: to,
    bus,
    isThere,
    taint: () => (tainted = true),
    isTainted: () => tainted || !isThere(),
    start: (app) => call((done) => pm2.start(app, done)).then(() => {}),
    async workers(app) {
      const all = await call<Pm2Module.ProcessDescription[]>((done) => pm2.list(done));
      return all.filter(({ name }) => name === app).map(toWorker);
    },
    reload: (app) => call((done) => pm2.reload(app, done)).then(() => {}),
    async scale(app, to) {
      const all = await call<Pm2Module.ProcessDescription[]>((done) => pm2.list(done));
      // pm2 itself calls it an error when there is nothing to do.
      if (all.filter(({ name }) => name === app).length === to) return;
      await call((done) => scale(pm2, app, to, done));
    },
    stop: (app) => call((done) => pm2.stop(app, done)).then(() => {}),
    delete: (app) => call((done) => pm2.delete(app, done)).then(() => {}),
    async apps() {
      const all = await call<Pm2Module.ProcessDescription[]>((done) => pm2.list(done));
      return all.map(({ name, pm_id, pid }) => `${name} ${pm_id} (pid ${pid})`);
    },
    async killDaemon() {
      try {
        await call((done) => pm2.killDaemon(done));
      } catch (error) {
        // It may end before it has answered: that is what was wanted.
        if (isThere()) throw error;
      }
    },
    end: () => endDaemon(to),
    async reset(env) {
      await endDaemon(to);
      await spawnDaemon(to, env);
      await call((done) => pm2.connect(done));
      wires.close();
      wires = await listen();
      tainted = false;
    },
    log: () => daemonLog(to),
    async [Symbol.asyncDispose]() {
      pm2.disconnect();
    },
  };
}

/**
 * Ends an app at once and makes pm2 forget it. Nothing happens when there is no such app.
 *
 * A worker that is deleted while pm2 waits until it is ready counts as ready when it ends, is started
 * anew for that, and forgotten: then the daemon is marked as one that needs a reset.
 */
export async function forget(pm2: Pm2, app: string): Promise<void> {
  if (!pm2.isThere()) return;
  const before = await pm2.workers(app).catch(() => []);
  if (before.length === 0) return;
  if (before.some(({ state }) => state === "launching")) pm2.taint();
  let done = false;
  const deleted = pm2
    .delete(app)
    .catch(() => {})
    .finally(() => (done = true));
  // pm2 asks a process to end and waits for kill_timeout; one that is to be forgotten need not be
  // asked. But only one that pm2 is stopping already may be killed: any other it would start anew.
  while (!done) {
    const workers = await pm2.workers(app).catch(() => []);
    for (const { state, pid } of workers) if (state === "stopping") killIfThere(pid);
    await Promise.race([deleted, sleep(20)]);
  }
}

/**
 * A client of pm2's that finds no daemon starts one, also in the moment in which we replace ours;
 * then there are two, and one of them hangs.
 */
function neverLaunch(client: object): void {
  Reflect.set(client, "launchDaemon", (...args: unknown[]) => {
    const done = args.at(-1);
    if (typeof done === "function") done(daemonEnded());
  });
}

/** pm2's types do not name it. */
function scale(
  pm2: typeof Pm2Module,
  app: string,
  to: number,
  done: (error: unknown) => void,
): void {
  const act: unknown = Reflect.get(pm2, "scale");
  if (typeof act === "function") act.call(pm2, app, to, done);
  else done(new Error("This pm2 cannot scale."));
}

interface Wires {
  on: (event: string, listener: BusListener) => void;
  close: () => void;
}

type BusListener = (
  type: string,
  packet: { process?: { name?: string }; data?: unknown; event?: string } | undefined,
) => void;

type Act<T> = (done: (error: unknown, value?: T) => void) => void;

/**
 * Turns one of pm2's callbacks into a promise that does not wait for ever, and not at all for a
 * daemon that has ended: pm2's client would look for it again and again.
 */
function answerOf<T>(act: Act<T>, isThere: () => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const timer = setInterval(() => {
      const late = performance.now() - start > ANSWER_WITHIN;
      if (isThere() && !late) return;
      clearInterval(timer);
      reject(
        late ? new MachineProblem("pm2 does not answer.", "npm run stop ends it.") : daemonEnded(),
      );
    }, LOOK_EVERY);
    act((error, value) => {
      clearInterval(timer);
      if (error) reject(toError(error));
      // The callbacks that give nothing are called with nothing, and their callers want nothing.
      else resolve(value as T);
    });
  });
}

function daemonEnded(): MachineProblem {
  return new MachineProblem("pm2's daemon has ended.", "Run it again: it starts a new one.");
}

/** pm2 rejects with errors, with lists of errors, with objects and with texts. */
function toError(reason: unknown): Error {
  const first: unknown = Array.isArray(reason) ? reason[0] : reason;
  if (first instanceof Error) return first;
  const message = typeof first === "object" && first && "msg" in first ? first.msg : first;
  return new Error(String(message));
}

function toWorker({ pid, pm2_env: env, monit }: Pm2Module.ProcessDescription): Worker {
  // pm2 spreads the app's options over this object, beyond what its types name.
  const options: Record<string, unknown> = { ...env };
  return {
    instance: Number(options[String(options.instance_var ?? "NODE_APP_INSTANCE")] ?? 0),
    host: typeof options.HOST_NAME === "string" ? options.HOST_NAME : undefined,
    pid: pid ?? 0,
    state: String(env?.status ?? "unknown"),
    mode: options.exec_mode === "cluster_mode" ? "cluster" : "fork",
    restarts: env?.restart_time ?? 0,
    startedAt: env?.status === "online" ? env.pm_uptime : undefined,
    cpu: monit?.cpu ?? 0,
    memory: monit?.memory ?? 0,
    waitsForReady: options.wait_ready === true,
    listenTimeout: Number(options.listen_timeout ?? 3_000),
  };
}
