import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "redis";
import { MachineProblem, PortTaken } from "../problems.ts";
import { findRedisServer } from "./find-redis.ts";
import { freePort } from "./ports.ts";
import type { Run } from "./run.ts";
import { until } from "./until.ts";

/** How long Redis may take to answer after its start, in ms; measured: 20 to 60 ms. */
const UP_WITHIN = 10_000;
/** A free port may have been taken by somebody else before Redis has it. */
const TRIES = 3;

/** A Redis of a run's own, on a port of the loopback address. Disposing it ends it at once. */
export interface PrivateRedis extends AsyncDisposable {
  /** `redis://127.0.0.1:PORT`; the same after each new start. */
  url: string;
  isThere: () => boolean;
  /** Ends it as `kill -9` does. All that it had to keep is in its folder. */
  kill: () => Promise<void>;
  /** Freezes it (SIGSTOP): connections stay open, and nothing is answered. */
  pause: () => void;
  resume: () => void;
  /** Starts it again after it was killed: with its data, or without. */
  start: (how?: { empty?: boolean }) => Promise<void>;
}

/**
 * Starts a Redis of the run's own. It reads no configuration file and writes only into the run's
 * folder. What is stored is kept there, in an append-only file, so that it can be killed and started
 * again with its data.
 *
 * @param onEnd called when it has ended by itself or by somebody else
 * @throws MachineProblem when there is no Redis server, or it does not start.
 */
export async function startRedis(
  run: Run,
  name = "redis",
  onEnd: () => void = () => {},
): Promise<PrivateRedis> {
  const program = findRedisServer();
  const folder = join(run.folder, name);

  for (let tries = 1; ; tries += 1) {
    const server = new Server(program, folder, await freePort(), run, name, onEnd);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.kill();
      if (!(error instanceof PortTaken) || tries === TRIES) throw error;
    }
  }
}

class Server implements PrivateRedis {
  readonly url: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #run: Run;
  readonly #name: string;
  readonly #onEnd: () => void;
  #child: ChildProcess | undefined;

  constructor(
    program: string,
    folder: string,
    port: number,
    run: Run,
    name: string,
    onEnd: () => void,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#program = program;
    this.#folder = folder;
    this.#port = port;
    this.#run = run;
    this.#name = name;
    this.#onEnd = onEnd;
  }

  isThere(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  async start({ empty = false } = {}): Promise<void> {
    if (this.isThere()) return;
    if (empty) rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    const logFile = join(this.#folder, "redis.log");
    const log = openSync(logFile, "w");
    const child = spawn(this.#program, this.#options(), {
      cwd: this.#folder,
      env: this.#run.env,
      stdio: ["ignore", log, log],
      windowsHide: true,
    });
    closeSync(log);
    this.#child = child;
    // What cannot be started says why by this event only.
    let reason = "";
    child.once("error", (error) => (reason = error.message));
    const settled = Promise.race([once(child, "spawn"), once(child, "error")]);
    const ended = once(child, "exit").catch(() => {});
    await settled.catch(() => {});
    this.#run.own(this.#name, child.pid);
    await until(
      async () => {
        if (!this.isThere() || child.pid === undefined) throw this.#failed(logFile, reason);
        return pidAt(this.url, ended);
      },
      // Somebody else's may have the port, and answer there.
      (pid) => pid === child.pid,
      { within: UP_WITHIN, otherwise: () => this.#failed(logFile, "it does not answer") },
    );
    child.once("exit", this.#onEnd);
  }

  #options(): string[] {
    return Object.entries({
      port: String(this.#port),
      bind: "127.0.0.1",
      dir: this.#folder,
      daemonize: "no",
      save: "",
      appendonly: "yes",
      // It is killed, and never loses its power. With "everysec" it answers before it has written, while
      // the disk is busy with the second before, and a kill loses what it has promised to keep.
      appendfsync: "no",
    }).flatMap(([option, value]) => [`--${option}`, value]);
  }

  #failed(logFile: string, reason: string): MachineProblem {
    const log = readFileSync(logFile, "utf8");
    if (/Address already in use/i.test(log)) return new PortTaken(this.#port);
    const said = log.trim().split("\n").at(-1)?.trim();
    return new MachineProblem(
      `Redis (${this.#program}) did not start: ${reason || said || "it ended without a word"}`,
      process.env.REDIS_SERVER_PATH
        ? "Correct or unset REDIS_SERVER_PATH."
        : "npm run doctor shows what is missing.",
    );
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || !this.isThere() || child.pid === undefined) return;
    child.off("exit", this.#onEnd);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * The process that answers there: while it still reads its data, none does. Somebody else's may have
 * the port and never answer; it is not asked any longer than ours lives.
 */
async function pidAt(url: string, ended: Promise<unknown>): Promise<number> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  void ended.then(() => client.isOpen && client.destroy());
  try {
    await client.connect();
    await client.ping();
    return Number(/^process_id:(\d+)/m.exec(await client.info("server"))?.[1]);
  } finally {
    if (client.isOpen) client.destroy();
  }
}
