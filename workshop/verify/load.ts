import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { openRun } from "../stage/run.ts";

/**
 * Keeps every core of the machine busy until it is disposed: a process for each, with a loop in it
 * that does nothing. They belong to a run of their own, and end with this process, however it ends.
 */
export async function keepBusy(
  cores = availableParallelism(),
): Promise<AsyncDisposable & { pids: number[] }> {
  const run = await openRun();
  const pids = Array.from({ length: cores }, (_, core) => {
    const loop = spawn(process.execPath, ["-e", "for (;;);"], { env: run.env, stdio: "ignore" });
    loop.unref();
    run.own(`busy-${core}`, loop.pid);
    return loop.pid ?? 0;
  });
  return { pids, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() };
}
