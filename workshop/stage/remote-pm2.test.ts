import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { root } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { helloApp } from "../testing/hello-app.ts";
import { ended } from "../testing/processes.ts";
import { runScript } from "../testing/script.ts";
import { startDaemon } from "./daemon.ts";
import { startManagedApp } from "./managed-app.ts";
import { connectPm2 } from "./pm2.ts";
import { freePort } from "./ports.ts";
import { processesOf } from "./processes.mjs";
import { connectRemotePm2 } from "./remote-pm2.ts";
import { openRun } from "./run.ts";

test("one process runs an app on each of two daemons, and hears its workers", async () => {
  using folder = makeFolder(helloApp);
  await using run = await openRun();
  const [home, otherHome] = await Promise.all([startDaemon(run), startDaemon(run, "pm2-b")]);
  await using near = await connectPm2(home);
  await using far = await connectRemotePm2(otherHome);

  const apps = await Promise.all(
    [near, far].map(async (pm2) =>
      startManagedApp({ run, pm2, dir: folder.path, name: "hello", port: await freePort() }),
    ),
  );
  const workers = await Promise.all(apps.map((app) => app.workers()));
  await near.end();
  const left = processesOf(otherHome).length;
  await far.end();

  expect(workers.map((found) => found.map(({ state }) => state))).toEqual([
    ["online", "online"],
    ["online", "online"],
  ]);
  // The first home's name is the beginning of the second's.
  expect(left).toBe(3);
});

test("an app on a daemon that was killed starts on the new one, and is heard again", async () => {
  using folder = makeFolder(helloApp);
  await using run = await openRun();
  await using pm2 = await connectRemotePm2(await startDaemon(run));
  const launch = { run, pm2, dir: folder.path, name: "hello", port: await freePort() };
  await startManagedApp(launch);

  await pm2.end();
  const wasThere = pm2.isThere();
  await pm2.reset(run.env);
  const app = await startManagedApp(launch);
  await fetch(app.url);

  expect(wasThere).toBe(false);
  expect(pm2.isThere()).toBe(true);
  expect(await app.workers()).toHaveLength(2);
});

test("what pm2 refuses is refused here, in its words", async () => {
  await using run = await openRun();
  await using pm2 = await connectRemotePm2(await startDaemon(run));

  await expect(pm2.stop("nobody")).rejects.toThrow(/not found/);
});

test("a daemon that does not answer is told as such", async () => {
  await using run = await openRun();

  await expect(connectRemotePm2(join(run.folder, "no-home"))).rejects.toMatchObject({
    name: "MachineProblem",
    message: "pm2's daemon has ended.",
  });
});

test("the process in between ends with the client, and with the runner", async () => {
  const module = (file: string) =>
    JSON.stringify(pathToFileURL(join(root, "workshop/stage", file)).href);
  await using runner = runScript(
    `
      import { openRun } from ${module("run.ts")};
      import { startDaemon } from ${module("daemon.ts")};
      import { connectRemotePm2 } from ${module("remote-pm2.ts")};
      import { processesOf } from ${module("processes.mjs")};
      const run = await openRun();
      const home = await startDaemon(run);
      const pids = () => processesOf(run.folder).map(({ pid }) => pid);
      const before = pids();
      const first = await connectRemotePm2(home);
      await first[Symbol.asyncDispose]();
      const after = pids();
      await connectRemotePm2(home);
      process.send({ before, after, pids: pids() });
    `,
    { imports: ["tsx"] },
  );
  const isReport = (message: unknown): message is Record<"before" | "after" | "pids", number[]> =>
    typeof message === "object" && message !== null && "pids" in message;
  const { before, after, pids } = await runner.hears(isReport);

  await runner.end("SIGKILL");

  await ended(pids);
  expect(after).toEqual(before);
  expect(pids).toHaveLength(2);
});
