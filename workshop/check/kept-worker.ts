import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PoolOptions, PoolRunnerInitializer, PoolWorker } from "vitest/node";

const CHILD = fileURLToPath(new URL("kept-worker-child.mjs", import.meta.url));

/** How a worker answers when it was told to stop, as vitest writes it. */
const STOPPED = { __vitest_worker_response__: true, type: "stopped" };

/**
 * Runs vitest's test files in one process that is kept from run to run: vitest by itself starts one
 * for each run, which takes longer than many a check.
 */
export class KeptWorker implements AsyncDisposable {
  #child: ChildProcess | undefined;
  /**
   * When the latest run has put away what belongs to it. Vitest calls a run done before that, and what is
   * put away too late would be the next run's: it would wait for answers that nobody hears any more.
   */
  #free: Promise<void> = Promise.resolve();

  /** What vitest asks for a worker. */
  readonly pool: PoolRunnerInitializer = {
    name: "kept",
    createPoolWorker: (options) => this.#worker(options),
  };

  /** Ends the process; the next run starts another. For when a run has not come to its own end. */
  async discard(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }

  #worker({ env, execArgv }: PoolOptions): PoolWorker {
    type Listener = Parameters<PoolWorker["on"]>[1];
    const listeners: [event: string, listener: Listener][] = [];
    let child: ChildProcess | undefined;
    let release = () => {};
    const hasEnded = () => {
      release();
      // Whoever is told to stop answers that it has; nobody else can do so now.
      for (const [event, listener] of listeners) if (event === "message") listener(STOPPED);
    };
    return {
      name: this.pool.name,
      // Large sources are handed over as files.
      cacheFs: true,
      start: async () => {
        const before = this.#free;
        this.#free = new Promise((resolve) => (release = resolve));
        await before;
        child = this.#child ??= this.#fork(env, execArgv);
        child.once("exit", hasEnded);
      },
      // It has put away what belongs to the run, and is kept.
      stop: async () => {
        for (const [event, listener] of listeners.splice(0)) child?.off(event, listener);
        child?.off("exit", hasEnded);
        release();
      },
      send: (message) => void (child?.connected && child.send(message)),
      on: (event, listener) => {
        listeners.push([event, listener]);
        child?.on(event, listener);
      },
      off: (event, listener) => void child?.off(event, listener),
      deserialize: (data) => data,
    };
  }

  #fork(env: Partial<NodeJS.ProcessEnv>, execArgv: readonly string[]): ChildProcess {
    const child = fork(CHILD, [], {
      env: env as NodeJS.ProcessEnv,
      execArgv: [...execArgv],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
    });
    child.setMaxListeners(0);
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }
}
