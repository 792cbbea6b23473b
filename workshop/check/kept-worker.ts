import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PoolOptions, PoolRunnerInitializer, PoolWorker } from "vitest/node";

const CHILD = fileURLToPath(new URL("kept-worker-child.mjs", import.meta.url));

/** How a worker answers when it was told to start, or to stop, as vitest writes it. */
const answer = (type: "started" | "stopped", error?: Error) => ({
  __vitest_worker_response__: true,
  type,
  ...(error ? { error } : {}),
});

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
    createPoolWorker: (options) => this.worker(options),
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

  /** A worker for one run, as vitest wants it. */
  worker({ env, execArgv }: Pick<PoolOptions, "env" | "execArgv">): PoolWorker {
    type Listener = Parameters<PoolWorker["on"]>[1];
    const listeners: [event: string, listener: Listener][] = [];
    const heardBy = (wanted: string, told: unknown) => {
      const hearers = listeners.filter(([event]) => event === wanted);
      for (const [, listener] of hearers) listener(told);
    };
    let child: ChildProcess | undefined;
    let release = () => {};
    // Vitest's runner takes an exit for its own end, and then nobody who cancels it hears from it again:
    // so it is told of an error, and of what the process can no longer answer.
    const hasEnded = (code: number | null, signal: NodeJS.Signals | null) => {
      release();
      const error = new Error(`the process that ran the checks has ended (${signal ?? code})`);
      heardBy("message", answer("started", error));
      // As long as it listens for an exit it does not expect one.
      if (listeners.some(([event]) => event === "exit")) heardBy("error", error);
      heardBy("message", answer("stopped"));
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
        if (event !== "exit") child?.on(event, listener);
      },
      off: (event, listener) => {
        const at = listeners.findIndex((one) => one[0] === event && one[1] === listener);
        if (at !== -1) listeners.splice(at, 1);
        child?.off(event, listener);
      },
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
