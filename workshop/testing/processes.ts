import { spawn } from "node:child_process";
import { once } from "node:events";
import { isAlive } from "../stage/processes.mjs";
import { until } from "../stage/until.ts";

/** A process that does nothing until it is ended. */
export interface Idler extends AsyncDisposable {
  pid: number;
}

export async function startIdler(env: NodeJS.ProcessEnv = {}): Promise<Idler> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    env,
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  await once(child, "spawn");
  if (child.pid === undefined) throw new Error("The process could not be started.");
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Waits until nobody of these is alive. */
export async function ended(pids: readonly number[]): Promise<void> {
  await until(
    () => pids.filter(isAlive),
    (alive) => alive.length === 0,
    {
      within: 10_000,
      otherwise: (alive) => new Error(`Still alive after 10 s: ${alive?.join(", ")}`),
    },
  );
}
