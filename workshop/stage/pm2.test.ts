import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { folderOf, steps } from "../catalog.ts";
import { startDaemon } from "./daemon.ts";
import { startManagedApp } from "./managed-app.ts";
import { connectPm2, type Worker } from "./pm2.ts";
import { freePort } from "./ports.ts";
import { processesOf } from "./processes.mjs";
import { openRun } from "./run.ts";
import { until } from "./until.ts";

const cluster = steps.find(({ slug }) => slug === "03-cluster");
if (!cluster) throw new Error("There is no step with a cluster.");
const dir = folderOf(cluster, "solution");

// One daemon for the file: a process talks to one pm2 home only.
test("an app that could not come up leaves nothing behind, and its daemon can be replaced", async () => {
  await using run = await openRun();
  const home = await startDaemon(run);
  await using pm2 = await connectPm2(home);
  const port = await freePort();
  const other = createServer().listen(port);
  await once(other, "listening");

  const failure = await startManagedApp({ run, pm2, dir, name: "chat", port }).catch(
    (error: unknown) => error,
  );
  other.close();
  await pm2.reset(run.env);
  const afterReset = processesOf(home);
  const app = await startManagedApp({ run, pm2, dir, name: "chat", port });
  const whileUp = processesOf(home);
  await pm2.scale("chat", cluster.workers + 1);
  await pm2.scale("chat", cluster.workers + 1);
  const scaled = await pm2.workers("chat");
  await pm2.scale("chat", cluster.workers);
  const scaledBack = await pm2.workers("chat");
  await app[Symbol.asyncDispose]();
  const afterwards = processesOf(home);
  const wasTainted = pm2.isTainted();
  const dying = await startManagedApp({ run, pm2, dir, name: "chat", port });
  for (const { pid } of await pm2.workers("chat")) process.kill(pid, "SIGKILL");
  await until(() => pm2.workers("chat"), someLaunch, {
    within: 5_000,
    otherwise: () => new Error("pm2 does not start them anew."),
  });
  await dying[Symbol.asyncDispose]();

  expect(failure).toMatchObject({ message: `Port ${port} has been taken by another program.` });
  expect(afterReset).toHaveLength(1);
  expect(whileUp).toHaveLength(1 + cluster.workers);
  expect(scaled).toHaveLength(cluster.workers + 1);
  expect(scaledBack).toHaveLength(cluster.workers);
  expect(afterwards).toHaveLength(1);
  expect(wasTainted).toBe(false);
  // A worker that is deleted while it starts anew may be there all the same.
  expect(pm2.isTainted()).toBe(true);
});

function someLaunch(workers: readonly Worker[]): boolean {
  return workers.some(({ state }) => state === "launching");
}
