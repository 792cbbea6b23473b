import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lastingDaemonRuns, lastingHome } from "./lasting.ts";
import { runningSession } from "./session-note.ts";
import { daemonPid } from "./stage/daemon.ts";
import { connectPm2 } from "./stage/pm2.ts";
import { isAlive, processesOf } from "./stage/processes.mjs";
import { clearRemains } from "./stage/run.ts";
import { eventually, until } from "./stage/until.ts";
import { MachineProblem } from "./problems.ts";

/** How long a daemon may take to end with all its apps, in ms: kill_timeout for each of them. */
const GENTLE_FOR = 15_000;

/** Ends everything that the workshop has left running in this clone, and says what it ended. */
export async function stopAll(): Promise<number> {
  const ended = [...(await stopSession()), ...(await stopLasting()), ...(await stopRemains())];
  console.log(ended.length ? ended.join("\n") : "Nothing of the workshop was running.");
  return 0;
}

async function stopSession(): Promise<string[]> {
  const session = runningSession();
  if (!session) return [];
  kill(session.pid, "SIGTERM");
  await until(
    () => isAlive(session.pid),
    (alive) => !alive,
    {
      within: 10_000,
      otherwise: () =>
        new MachineProblem(
          `The session (pid ${session.pid}) does not end.`,
          `kill -9 ${session.pid}`,
        ),
    },
  );
  return [`Ended the session at step ${session.step} (pid ${session.pid}).`];
}

async function stopLasting(): Promise<string[]> {
  const home = lastingHome();
  const lines = (await lastingDaemonRuns()) ? await endGently(home) : [];
  // A daemon that hangs, and workers that have lost theirs: whose they are shows without pm2.
  for (const { pid } of processesOf(home)) {
    kill(pid, "SIGKILL");
    lines.push(`Ended pid ${pid}, which had no daemon that could end it.`);
  }
  rmSync(home, { recursive: true, force: true });
  return lines;
}

/** Asks the daemon to stop its apps, which may take their time, and then itself. */
async function endGently(home: string): Promise<string[]> {
  const done = (async () => {
    const pm2 = await connectPm2(home);
    const apps = await pm2.apps();
    await pm2.killDaemon();
    // pm2 answers before its daemon has gone.
    await eventually(
      () => isAlive(daemonPid(home)),
      (alive) => !alive,
      GENTLE_FOR,
    );
    return [...apps.map((app) => `Ended ${app}.`), "Ended the workshop's pm2 daemon."];
  })();
  return Promise.race([done.catch(() => []), sleep(GENTLE_FOR, [])]);
}

async function stopRemains(): Promise<string[]> {
  const folders = await clearRemains();
  return folders.map((folder) => `Cleared what a dead run had left in ${folder}.`);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
