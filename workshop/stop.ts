import { existsSync, rmSync } from "node:fs";
import { lastingDaemonRuns, lastingHome } from "./lasting.ts";
import { runningSession } from "./session-note.ts";
import { connectPm2 } from "./stage/pm2.ts";
import { isAlive, processesOf } from "./stage/processes.mjs";
import { sweep } from "./stage/run.ts";
import { until } from "./stage/until.ts";
import { MachineProblem } from "./problems.ts";

const STAYS = new Error("Some processes stay.");

/** Ends everything that the workshop has left running in this clone, and says what it ended. */
export async function stopAll(): Promise<number> {
  const ended = [...(await stopSession()), ...(await stopLasting()), ...stopRemains()];
  console.log(ended.length ? ended.join("\n") : "Nothing of the workshop was running.");
  return 0;
}

async function stopSession(): Promise<string[]> {
  const session = runningSession();
  if (!session) return [];
  process.kill(session.pid, "SIGTERM");
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
  const lines: string[] = [];
  if (await lastingDaemonRuns()) {
    await using pm2 = await connectPm2(home);
    const apps = await pm2.apps();
    await pm2.killDaemon();
    lines.push(...apps.map((app) => `Ended ${app}.`), "Ended the workshop's pm2 daemon.");
    // pm2 answers before its daemon has gone.
    await until(
      () => processesOf(home),
      (alive) => alive.length === 0,
      { within: 3_000, otherwise: () => STAYS },
    ).catch((error: unknown) => {
      if (error !== STAYS) throw error;
    });
  }
  // A daemon that was killed leaves its workers; whose they are shows in their environment.
  const orphans = processesOf(home);
  for (const { pid } of orphans) {
    process.kill(pid, "SIGKILL");
    lines.push(`Ended pid ${pid}, which had lost its daemon.`);
  }
  if (existsSync(home)) rmSync(home, { recursive: true, force: true });
  return lines;
}

function stopRemains(): string[] {
  return sweep().map((folder) => `Cleared what a dead run had left in ${folder}.`);
}
