import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PoolOptions, PoolRunnerInitializer, PoolWorker } from "vitest/node";

const CHILD = fileURLToPath(new URL("kept-worker-child.mjs", import.meta.url));

/**
 * Runs vitest's test files in one process that is kept from run to run: vitest by itself starts one
 * for each run, which takes longer than many a check.
 */
export class KeptWorker implements AsyncDisposable {
  #child: ChildProcess | undefined;

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
    const child = () => {
      if (!this.#child) throw new Error("It has not been started.");
      return this.#child;
    };
    return {
      name: this.pool.name,
      // Large sources are handed over as files.
      cacheFs: true,
      start: async () => {
        this.#child ??= this.#fork(env, execArgv);
      },
      // It has been told to put away what belongs to the run, and is kept.
      stop: async () => {},
      send: (message) => void (child().connected && child().send(message)),
      on: (event, listener) => void child().on(event, listener),
      off: (event, listener) => void this.#child?.off(event, listener),
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
