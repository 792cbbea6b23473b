import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { root } from "../catalog.ts";
import { makeFolder } from "../testing/folder.ts";
import { helloApp } from "../testing/hello-app.ts";
import { ended } from "../testing/processes.ts";
import { runScript } from "../testing/script.ts";
import { ask } from "../testing/traced-server.ts";
import { startDaemon } from "./daemon.ts";
import { startHosts, type HostsApp, type HostsLaunch } from "./hosts.ts";
import { connectPm2, type Pm2 } from "./pm2.ts";
import { freePort } from "./ports.ts";
import { processesOf } from "./processes.mjs";
import { connectRemotePm2 } from "./remote-pm2.ts";
import { openRun, type Run } from "./run.ts";
import { eventually, until } from "./until.ts";

/** Asks through nginx until somebody has answered whom it holds for, and gives all answers. */
async function askUntil(app: HostsApp, holds: (answers: string[]) => boolean): Promise<string[]> {
  const answers: string[] = [];
  return await until(
    async () => {
      const { status, body } = await ask(app.url);
      answers.push(status === 200 ? body : String(status));
      return answers;
    },
    holds,
    { within: 20_000, otherwise: () => new Error(`Answered: ${answers.join(" ")}`) },
  );
}

const everybody = ["a0", "a1", "b0", "b1"];
const haveAll = (answers: string[]) => everybody.every((name) => answers.includes(name));

describe("an app on two hosts", () => {
  // One daemon each for the file: a process talks to one pm2 home directly.
  let run: Run;
  let pm2s: Pm2[];
  beforeAll(async () => {
    run = await openRun();
    const homes = await Promise.all([startDaemon(run), startDaemon(run, "pm2-b")]);
    pm2s = await Promise.all([connectPm2(homes[0]), connectRemotePm2(homes[1])]);
  });
  afterAll(async () => {
    for (const pm2 of pm2s) await pm2[Symbol.asyncDispose]();
    await run[Symbol.asyncDispose]();
  });

  async function start(files: Record<string, string> = helloApp, more: Partial<HostsLaunch> = {}) {
    const folder = makeFolder(files);
    onTestFinished(() => folder[Symbol.dispose]());
    const port = await freePort();
    const on = await Promise.all(pm2s.map(async (pm2) => ({ pm2, port: await freePort() })));
    return await startHosts({ run, dir: folder.path, name: `hello-${port}`, port, on, ...more });
  }

  test("answers through nginx with every worker of both, whose reports make one trace", async () => {
    await using app = await start();

    await askUntil(app, haveAll);
    const workers = await app.workers();
    const named = workers.map(({ host, instance }) => `${host}${instance}`);
    const traced = await until(
      () => app.trace.events.filter(({ kind }) => kind === "request"),
      (requests) => workers.every(({ pid }) => requests.some(({ worker }) => worker?.pid === pid)),
      { within: 2_000, otherwise: () => new Error("Not all are in the trace.") },
    );

    expect(named.toSorted()).toEqual(everybody);
    expect(new Set(traced.map(({ worker }) => `${worker?.host}${worker?.instance}`))).toEqual(
      new Set(everybody),
    );
    expect(app.nginx.accessLog().length).toBeGreaterThanOrEqual(4);
  });

  test("goes on with one host when the other loses its power, and with both when it is back", async () => {
    await using app = await start();
    const [, b] = app.hosts;
    const dead = (await b?.app.workers())?.map(({ pid }) => pid) ?? [];

    await b?.kill();
    await ended(dead);
    const alone = await Promise.all(Array.from({ length: 6 }, () => ask(app.url)));
    const left = await app.workers();
    await b?.start();
    const after = await askUntil(app, haveAll);

    expect(new Set(alone.map(({ body }) => body))).toEqual(new Set(["a0", "a1"]));
    expect(left.map(({ host }) => host)).toEqual(["a", "a"]);
    expect(after).not.toContain("502");
    expect(await app.workers()).toHaveLength(4);
  });

  test("is reloaded on one host while the other keeps its workers", async () => {
    await using app = await start();
    const before = await app.workers();

    await app.hosts[0]?.reload();
    const after = await app.workers();

    const kept = after.filter(({ pid }) => before.some((worker) => worker.pid === pid));
    expect(kept.map(({ host }) => host)).toEqual(["b", "b"]);
    expect(after.map(({ state }) => state)).toEqual(Array(4).fill("online"));
    await askUntil(app, haveAll);
  });

  test("leaves nothing behind when it is disposed", async () => {
    const before = processesOf(run.folder).length;
    const app = await start();
    const during = processesOf(run.folder).length;

    await app[Symbol.asyncDispose]();

    expect(during).toBe(before + 4 + 2);
    expect(processesOf(run.folder)).toHaveLength(before);
    expect(existsSync(join(run.folder, `${app.name}-nginx`))).toBe(false);
  });

  test("that crashes at its start is told at once, and leaves nothing behind", async () => {
    const before = processesOf(run.folder).length;
    const begun = performance.now();

    const failure = start({ ...helloApp, "server.cjs": 'throw new Error("out of luck");' });

    await expect(failure).rejects.toThrow(/out of luck/);
    expect(performance.now() - begun).toBeLessThan(8_000);
    for (const pm2 of pm2s) if (pm2.isTainted()) await pm2.reset(run.env);
    // One that pm2 was about to start again takes a moment to end.
    await eventually(
      () => processesOf(run.folder).length,
      (now) => now === before,
      2_000,
    );
    expect(processesOf(run.folder)).toHaveLength(before);
  });

  test("is not started when nginx does not accept its file", async () => {
    const failure = start(helloApp, { conf: "server { lisen 3000; }" });

    await expect(failure).rejects.toThrow('unknown directive "lisen" (nginx.conf:1)');
    expect(await Promise.all(pm2s.map((pm2) => pm2.apps()))).toEqual([[], []]);
  });

  test("is not started without an nginx.conf", async () => {
    const { "nginx.conf": _, ...files } = helloApp;

    await expect(start(files)).rejects.toThrow("a file nginx.conf that tells nginx where");
  });
});

test.each([
  ["", {}],
  [" where environments cannot be read", { WORKSHOP_NO_PROC: "1" }],
])("nothing is left of hosts and nginx when their runner is killed%s", async (_, env) => {
  using folder = makeFolder(helloApp);
  const module = (file: string) =>
    JSON.stringify(pathToFileURL(join(root, "workshop/stage", file)).href);
  await using runner = runScript(
    `
      import { openRun } from ${module("run.ts")};
      import { startDaemon } from ${module("daemon.ts")};
      import { connectRemotePm2 } from ${module("remote-pm2.ts")};
      import { startHosts } from ${module("hosts.ts")};
      import { freePort } from ${module("ports.ts")};
      import { processesOf } from ${module("processes.mjs")};
      const run = await openRun();
      const on = await Promise.all(["pm2", "pm2-b"].map(async (name) => ({
        pm2: await connectRemotePm2(await startDaemon(run, name)),
        port: await freePort(),
      })));
      const dir = ${JSON.stringify(folder.path)};
      await startHosts({ run, dir, name: "hello", port: await freePort(), on });
      process.send({ pids: processesOf(run.folder).map(({ pid }) => pid) });
    `,
    { imports: ["tsx"], env },
  );
  const isReport = (message: unknown): message is { pids: number[] } =>
    typeof message === "object" && message !== null && "pids" in message;
  const { pids } = await runner.hears(isReport);

  await runner.end("SIGKILL");

  // Two daemons, four workers and nginx; and who talks to the daemons, where that shows.
  expect(pids.length).toBeGreaterThanOrEqual(2 + 4 + 2);
  await ended(pids);
});
