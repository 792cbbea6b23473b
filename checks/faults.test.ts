import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { test as base, describe, expect } from "vitest";
import { steps } from "../workshop/catalog.ts";
import type { App } from "../workshop/stage/app.ts";
import { eventually, until } from "../workshop/stage/until.ts";
import {
  eachSays,
  heardTwice,
  joinedWithin,
  notHeardOnce,
  openArena,
  sameWorker,
  WORKERS,
  type Arena,
} from "./support/arena.ts";
import { gather, onePerWorker, type Member } from "./support/crowd.ts";

/** The solutions with Redis, under what takes too long for a learner's check. */
const withRedis = steps.filter(({ number }) => number === 5 || number === 6);

/** For how long Redis is frozen, in ms: twice as long as a command of the redis package may take. */
const FROZEN_FOR = 10_000;
/** How long the clients of Redis may take to find it again, in ms: they try every 2 s at last. */
const BACK_WITHIN = 15_000;

const test = base.extend<{ $file: { arena: Arena } }>({
  arena: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using arena = await openArena();
      await use(arena);
    },
    { scope: "file" },
  ],
});

/** The pids of the workers, each with how often pm2 has restarted it. */
async function lives(app: App): Promise<string[]> {
  const workers = await app.workers();
  return workers.map(({ pid, state, restarts }) => `${pid} ${state}, ${restarts} restarts`);
}

/** Waits until everybody has heard everything once, and gives what is missing after that time. */
async function missing(members: readonly Member[], said: Parameters<typeof notHeardOnce>[1]) {
  await eventually(
    () => notHeardOnce(members, said),
    (left) => left.length === 0,
    BACK_WITHIN,
  );
  return notHeardOnce(members, said);
}

describe.concurrent.each(withRedis)("step $number", (step) => {
  test("what is said while Redis is frozen for 10 s is heard at once by the same worker's clients, and later by all, once", async ({
    arena,
  }) => {
    await using redis = await arena.redis();
    await using playing = await arena.play(step, redis.url);
    const members = await gather(playing.clients, WORKERS * 4, WORKERS);
    const before = await lives(playing.app);

    redis.pause();
    const said = await eachSays(members, "just frozen");
    const since = performance.now();
    while (performance.now() - since < FROZEN_FOR) {
      said.push(...(await eachSays(members, `frozen for ${performance.now() - since} ms`)));
      await sleep(500);
    }
    const unheardInside = notHeardOnce(members, said, sameWorker);
    redis.resume();

    expect(unheardInside).toEqual([]);
    expect(await missing(members, said)).toEqual([]);
    expect(await lives(playing.app)).toEqual(before);
  });

  test("a Redis that is missing at the start is joined when it comes", async ({ arena }) => {
    await using redis = await arena.redis();
    await redis.kill();
    await using playing = await arena.play(step, redis.url);
    const members = await gather(playing.clients, WORKERS * 4, WORKERS);
    const before = await lives(playing.app);
    const said = await eachSays(members, "alone");
    const alone = await eventually(
      () => notHeardOnce(members, said, sameWorker),
      (left) => left.length === 0,
      5_000,
    );

    await redis.start();

    expect(alone).toEqual([]);
    expect(await joinedWithin(members, BACK_WITHIN)).toBe(true);
    expect(await lives(playing.app)).toEqual(before);
  });

  test("20 people talk on while Redis is killed and started again, three times", async ({
    arena,
  }) => {
    await using redis = await arena.redis();
    await using playing = await arena.play(step, redis.url);
    const members = await gather(playing.clients, 20, WORKERS);
    const before = await lives(playing.app);
    const said = await eachSays(members, "before");
    let stop = false;
    const talk = (async () => {
      for (let round = 1; !stop; round += 1) {
        said.push(...(await eachSays(members, `round ${round} of talk`)));
      }
    })();

    for (let time = 0; time < 3; time += 1) {
      await saysMore(said, 200);
      await redis.kill();
      await saysMore(said, 200);
      await redis.start({ empty: time === 1 });
    }
    stop = true;
    await talk;

    expect(await joinedWithin(members, BACK_WITHIN)).toBe(true);
    expect(notHeardOnce(members, said, sameWorker)).toEqual([]);
    expect(heardTwice(members)).toEqual([]);
    expect(await lives(playing.app)).toEqual(before);
  });

  test("with a wrong password the workers serve, each by itself, and say why in their log", async ({
    arena,
  }) => {
    await using redis = await arena.redis();
    await protect(redis.url, "right");
    await using playing = await arena.play(step, redis.url.replace("//", "//:wrong@"));
    const members = await gather(playing.clients, WORKERS * 4, WORKERS);
    const before = await lives(playing.app);
    const said = await eachSays(members, "alone");
    const alone = await eventually(
      () => notHeardOnce(members, said, sameWorker),
      (left) => left.length === 0,
      5_000,
    );

    expect(alone).toEqual([]);
    expect(playing.app.output.err).toMatch(/WRONGPASS/);
    expect(playing.app.output.err).not.toContain("wrong@");
    expect(await lives(playing.app)).toEqual(before);
    expect(before.join()).toMatch(/^(\d+ online, 0 restarts,?){2}$/);
  });
});

describe.each(withRedis)("step $number", (step) => {
  test("pm2 stop lets a worker end by its own will in time: with Redis up, frozen and dead", async ({
    arena,
  }) => {
    await using redis = await arena.redis();
    await using playing = await arena.play(step, redis.url, 3);
    const { app } = playing;
    await gather(playing.clients, 6, 3);
    const [first, second, third] = await idsOf(arena, app);
    const pids = (await app.workers()).map(({ pid }) => pid);
    const since = arena.pm2.log().length;

    await arena.pm2.stop(first);
    redis.pause();
    await arena.pm2.stop(second);
    await redis.kill();
    await arena.pm2.stop(third);

    const codes = app.trace
      .exits()
      .map(({ worker, code }) => ({ instance: worker.instance, code }));
    expect(codes).toEqual([0, 1, 2].map((instance) => ({ instance, code: 0 })));
    expect(arena.pm2.log().slice(since)).not.toContain("SIGKILL");
  });
});

test("bounded", async ({ arena }) => {
  const step = withRedis[1];
  if (!step) throw new Error();
  await using redis = await arena.redis();
  await using playing = await arena.play(step, redis.url);
  const members = await gather(playing.clients, 4, WORKERS);
  const [m] = members;
  if (!m) throw new Error();
  redis.pause();
  for (const what of ["frozen", "frozen2", "dead", "dead2"]) {
    if (what === "dead") await redis.kill();
    for (const [ev, ...args] of [
      ["rollCall"],
      ["join", "tea"],
      ["rollCall"],
      ["join", "lobby"],
    ] as [string][]) {
      const p = m.present.length;
      const s = performance.now();
      const a = await m.ask(ev, ...args);
      const t = performance.now() - s;
      const pr = await eventually(
        () => m.present.length,
        (n) => n > p,
        4000,
      );
      console.log(
        what,
        ev,
        JSON.stringify(a),
        Math.round(t),
        pr && JSON.stringify(m.present.at(-1)),
        Math.round(performance.now() - s),
      );
    }
  }
  console.log(playing.app.output.err.slice(-3000));
}, 60_000);

/** By what pm2 knows the workers of an app, in the order of their numbers. */
async function idsOf(arena: Arena, app: App): Promise<[string, string, string]> {
  const all = await arena.pm2.apps();
  const [one = "", two = "", three = ""] = all
    .filter((text) => text.startsWith(`${app.name} `))
    .map((text) => /^\S+ (\d+)/.exec(text)?.[1] ?? "");
  return [one, two, three];
}

/** Waits until so much more was said. */
async function saysMore(said: readonly unknown[], more: number): Promise<void> {
  const enough = said.length + more;
  await until(
    () => said.length,
    (count) => count >= enough,
    { within: 20_000, otherwise: (count) => new Error(`Only ${count} of ${enough} were said.`) },
  );
}

/** Makes a Redis want a password from those who come from now on. */
async function protect(url: string, password: string): Promise<void> {
  const client = createClient({ url });
  await client.connect();
  await client.configSet("requirepass", password);
  client.destroy();
}

void onePerWorker;
