import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { root } from "../catalog.ts";
import { MachineProblem } from "../problems.ts";
import { isAlive, processesOf } from "./processes.mjs";
import type { Run } from "./run.ts";
import { until } from "./until.ts";

const DAEMON = createRequire(import.meta.url).resolve("pm2/lib/Daemon.js");

/**
 * Starts a pm2 daemon of a run's own. It is spawned here and not by pm2's client, because two
 * clients that connect at once to a fresh home make two daemons, one of which hangs; and because
 * the daemon hands its environment to every worker.
 *
 * @throws MachineProblem when the daemon does not come up within 15 s.
 */
export async function startDaemon(run: Run, name = "pm2"): Promise<string> {
  const home = join(run.folder, name);
  mkdirSync(home, { recursive: true });
  await spawnDaemon(home, run.env, (pid) => run.own(name, pid));
  return home;
}

/** Starts a daemon for a home that has none. Its environment is what its workers will find. */
export async function spawnDaemon(
  home: string,
  env: NodeJS.ProcessEnv,
  own: (pid: number | undefined) => void = () => {},
): Promise<void> {
  const logFile = join(home, "pm2.log");
  const log = openSync(logFile, "a");
  const daemon = spawn(process.execPath, [DAEMON], {
    // `--import tsx` of a cluster's worker is looked up from here.
    cwd: root,
    detached: true,
    windowsHide: true,
    stdio: ["ignore", log, log, "ipc"],
    env: {
      ...env,
      PM2_HOME: home,
      PM2_DISCRETE_MODE: "true",
      SILENT: "true",
      // The same order of workers on every system; on Windows it is not the default.
      NODE_CLUSTER_SCHED_POLICY: "rr",
      WORKSHOP_EXITS: join(home, "exits.ndjson"),
    },
  });
  closeSync(log);
  own(daemon.pid);
  try {
    await Promise.race([
      once(daemon, "message", { signal: AbortSignal.timeout(15_000) }),
      once(daemon, "exit").then(() => Promise.reject(new Error("it ended at once"))),
    ]);
  } catch (error) {
    daemon.kill("SIGKILL");
    const reason = readOr(logFile, String(error)).trim().split("\n").slice(-3).join(" ");
    throw new MachineProblem(
      `pm2 could not start its daemon: ${reason}`,
      "npm run doctor shows what is missing.",
    );
  }
  daemon.disconnect();
  daemon.unref();
}

/** The pid of the daemon of a home, as it has noted it; 0 when there is none. */
export function daemonPid(home: string): number {
  return Number(readOr(join(home, "pm2.pid"), "0"));
}

/** What the daemon of a home has written to its log. */
export function daemonLog(home: string): string {
  return readOr(join(home, "pm2.log"), "");
}

/**
 * Kills a daemon and all that it runs (SIGKILL), and waits until nothing of it is left.
 *
 * @throws MachineProblem when that does not succeed within 5 s.
 */
export async function endDaemon(home: string): Promise<void> {
  const killed = new Set<number>();
  await until(
    () => {
      // The home of another daemon may begin with the name of this one.
      const found = processesOf(home).filter(({ folder }) =>
        `${folder}${sep}`.startsWith(home + sep),
      );
      for (const { pid } of found) {
        killIfThere(pid);
        killed.add(pid);
      }
      // One that is about to end has no environment any more, and is not found by it.
      return found.length + [...killed].filter(isAlive).length;
    },
    (count) => count === 0,
    {
      within: 5_000,
      otherwise: () => new MachineProblem("pm2 cannot be ended.", "npm run stop"),
    },
  );
}

/** Kills a process (SIGKILL), if there still is one. */
export function killIfThere(pid: number): void {
  try {
    if (pid > 1) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}
