import { fileURLToPath } from "node:url";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { expect, test } from "vitest";
import type { App } from "../../workshop/stage/app.ts";
import { startDaemon } from "../../workshop/stage/daemon.ts";
import { startManagedApp } from "../../workshop/stage/managed-app.ts";
import { connectPm2 } from "../../workshop/stage/pm2.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import { startRedis } from "../../workshop/stage/redis.ts";
import { openRun } from "../../workshop/stage/run.ts";
import { until } from "../../workshop/stage/until.ts";
import { HANDLED, type Health } from "./events.ts";
import { Talker } from "./talker.ts";

const CLIENTS = 200;
/** How long they talk, in ms. */
const TALK_FOR = 60_000;
/** How often each says something, in ms. */
const SAY_EVERY = 1_000;
/** How often a worker is ended, in ms. */
const RESTART_EVERY = 4_000;
const TRANSPORTS = [["polling"], ["polling", "websocket"], ["websocket", "polling"], ["websocket"]];
/** What a heap may have grown by, in bytes: code that was compiled meanwhile, caches that are full. */
const GROWTH = 6 * 1024 * 1024;
const APP = fileURLToPath(new URL("app", import.meta.url));

test(`${CLIENTS} clients on mixed transports talk for ${TALK_FOR / 1000} s while workers are restarted at random`, async () => {
  await using run = await openRun();
  await using redis = await startRedis(run);
  await using pm2 = await connectPm2(await startDaemon(run));
  await using app = await startManagedApp({
    run: { ...run, env: { ...run.env, REDIS_URL: redis.url } },
    dir: APP,
    name: "soak",
    port: await freePort(),
    pm2,
  });
  // Connections that come and go: what is made once has been made by then.
  await meet(app.url);
  const before = await restingHealth(app);
  const survivor = before[0];
  if (!survivor) throw new Error("unreachable: the app has four workers");

  const talkers = crowd(app.url, "talker");
  const restarts = { killed: 0, asked: 0 };
  const end = performance.now() + TALK_FOR;
  await Promise.all([
    ...talkers.map((talker) => talk(talker, end)),
    restartAtRandom(app, survivor.pid, end, restarts),
  ]);
  await allAreAnswered(talkers);
  for (const talker of talkers) talker[Symbol.dispose]();
  const after = await restingHealth(app, survivor);

  const handled = await countsOf(redis.url);
  const said = talkers.flatMap((talker) => talker.said);
  const acknowledged = talkers.flatMap((talker) => talker.acknowledged);
  const survived = after.find(({ pid }) => pid === survivor.pid);
  console.log(
    `${acknowledged.length} of ${said.length} messages acknowledged; ` +
      `${restarts.killed} workers killed, ${restarts.asked} asked to end; ` +
      `heap of the one that stayed ${survivor.heap} before, ${survived?.heap} after`,
  );
  expect(acknowledged.filter((id) => handled.get(id) !== 1)).toEqual([]);
  expect(said.filter((id) => (handled.get(id) ?? 0) > 1)).toEqual([]);
  expect(talkers.flatMap(({ faults }) => faults)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(said.length * 0.9);
  expect(Math.min(restarts.killed, restarts.asked)).toBeGreaterThan(2);
  expect((survived?.heap ?? Infinity) - survivor.heap).toBeLessThan(GROWTH);
});

function crowd(url: string, name: string): Talker[] {
  return Array.from(
    { length: CLIENTS },
    (_, at) => new Talker(url, `${name} ${at}`, TRANSPORTS[at % TRANSPORTS.length] ?? []),
  );
}

/** As many clients come, say something, and go. */
async function meet(url: string): Promise<void> {
  const talkers = crowd(url, "passer-by");
  await allAreAnswered(talkers);
  for (const talker of talkers) talker[Symbol.dispose]();
}

async function talk(talker: Talker, end: number): Promise<void> {
  while (performance.now() < end) {
    // People pause.
    await Promise.all([talker.say(), sleep(SAY_EVERY * (0.5 + Math.random()))]);
  }
}

/** Ends one worker after the other, but for one that stays: outright, or as pm2 asks it to end. */
async function restartAtRandom(
  app: App,
  spared: number,
  end: number,
  restarts: { killed: number; asked: number },
): Promise<void> {
  while (performance.now() < end) {
    const workers = (await app.workers()).filter(
      ({ pid, state }) => pid !== spared && pid > 0 && state === "online",
    );
    const victim = workers[Math.floor(Math.random() * workers.length)];
    if (victim) {
      const outright = Math.random() < 0.5;
      process.kill(victim.pid, outright ? "SIGKILL" : "SIGINT");
      restarts[outright ? "killed" : "asked"] += 1;
    }
    await sleep(RESTART_EVERY);
  }
}

/** Waits until each has said one thing more and was answered. */
async function allAreAnswered(talkers: readonly Talker[]): Promise<void> {
  const silent = new Set(talkers);
  await until(
    async () => {
      await Promise.all(
        [...silent].map(async (talker) => (await talker.say()) && silent.delete(talker)),
      );
      return silent.size;
    },
    (left) => left === 0,
    { within: 60_000, otherwise: (left) => new Error(`${left} clients are never answered`) },
  );
}

/**
 * The health of all workers at rest: nobody is connected, and each has the same to do as the others,
 * so that none is caught in the middle of something; and, if there is a `before`, nothing more than
 * one of them had to do then. (Engine.IO closes some transports only after 30 s.)
 */
async function restingHealth(app: App, before?: Health): Promise<Health[]> {
  return until(
    () => healthOfAll(app),
    (all) =>
      all.every(({ sessions, tunnels }) => sessions === 0 && tunnels === 0) &&
      new Set(all.map(({ resources }) => resources.join())).size === 1 &&
      all.every(({ resources }) => !before || more(resources, before.resources).length === 0),
    {
      within: 60_000,
      otherwise: (all) =>
        new Error(
          `something is left behind: ${JSON.stringify(all)}` +
            (before ? `, and before: ${JSON.stringify(before)}` : ""),
        ),
    },
  );
}

/** What there is more of in the one than in the other. */
function more(resources: readonly string[], than: readonly string[]): string[] {
  const rest = [...than];
  return resources.filter((resource) => {
    const at = rest.indexOf(resource);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** Asks until each worker has answered: round robin gives every connection to another. */
async function healthOfAll(app: App): Promise<Health[]> {
  const found = new Map<number, Health>();
  const workers = await app.workers();
  while (workers.some(({ pid }) => !found.has(pid))) {
    const health = await healthOfOne(app.url);
    found.set(health.pid, health);
  }
  return workers.map(({ pid }) => found.get(pid)).filter((health) => health !== undefined);
}

function healthOfOne(url: string): Promise<Health> {
  return new Promise((resolve, reject) => {
    get(`${url}/health`, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(JSON.parse(text)));
    }).on("error", reject);
  });
}

async function countsOf(url: string): Promise<Map<string, number>> {
  const client = createClient({ url });
  await client.connect();
  const counts = await client.hGetAll(HANDLED);
  client.destroy();
  return new Map(Object.entries(counts).map(([id, count]) => [id, Number(count)]));
}
