import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { steps } from "../workshop/catalog.ts";
import type { App } from "../workshop/stage/app.ts";
import { eventually, until } from "../workshop/stage/until.ts";
import { tell } from "../workshop/testing/redis.ts";
import {
  eachSays,
  heardTwice,
  joinedWithin,
  notHeardOnce,
  sameWorker,
  WORKERS,
  type Arena,
} from "./support/arena.ts";
import { BACK_WITHIN, BUSY_TIMEOUT, test } from "./support/arena-test.ts";
import { gather, type Member } from "./support/crowd.ts";

/**
 * The solutions that broadcast over Redis, under what takes too long for a learner's check. (From step
 * 8 on nothing is said that is not kept: see history.test.ts.)
 */
const withRedis = steps.filter(({ number, services }) => services.includes("redis") && number < 8);

/** For how long Redis is frozen, in ms: twice as long as a command of the redis package may take. */
const FROZEN_FOR = 10_000;
/** How long a person may have to wait for an answer while Redis is away, in ms; measured: 1,000. */
const ANSWER_WITHIN = 4_000;

describe.concurrent.each(withRedis)(
  "the solution of step $number",
  { timeout: BUSY_TIMEOUT },
  (step) => {
    test("keeps what is said while Redis is frozen for 10 s: their own worker's clients hear it at once, and all of them once it thaws", async ({
      arena,
    }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      const members = await gather(playing.clients, WORKERS * 4, WORKERS);
      const before = await lives(playing.app);

      redis.pause();
      const said = await eachSays(members, "frozen");
      for (const start = performance.now(); performance.now() - start < FROZEN_FOR;) {
        said.push(...(await eachSays(members, `frozen, ${said.length} said`)));
        // How long Redis is frozen is what this is about.
        await sleep(500);
      }
      const unheardInside = await missing(members, said, sameWorker);
      redis.resume();

      expect(unheardInside).toEqual([]);
      expect(await missing(members, said)).toEqual([]);
      expect(await lives(playing.app)).toEqual(before);
    });

    test("starts without Redis, and finds it when it comes", async ({ arena }) => {
      await using redis = await arena.redis();
      await redis.kill();
      await using playing = await arena.play(step, redis.url);
      const members = await gather(playing.clients, WORKERS * 2, WORKERS);
      const before = await lives(playing.app);
      const alone = await eachSays(members, "alone");
      const unheardInside = await missing(members, alone, sameWorker);

      await redis.start();

      expect(unheardInside).toEqual([]);
      expect(await joinedWithin(members, BACK_WITHIN)).toBe(true);
      expect(await lives(playing.app)).toEqual(before);
    });

    test("lives on when Redis is killed and started again, three times, while 20 people talk", async ({
      arena,
    }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      const members = await gather(playing.clients, 20, WORKERS);
      const before = await lives(playing.app);
      const said = await eachSays(members, "before");
      let enough = false;
      const talk = (async () => {
        while (!enough) said.push(...(await eachSays(members, `${said.length} said`)));
      })();

      for (const empty of [false, true, false]) {
        await grows(said, 60);
        await redis.kill();
        await grows(said, 60);
        await redis.start({ empty });
      }
      enough = true;
      await talk;

      expect(await joinedWithin(members, BACK_WITHIN)).toBe(true);
      expect(await missing(members, said, sameWorker)).toEqual([]);
      expect(heardTwice(members)).toEqual([]);
      expect(await lives(playing.app)).toEqual(before);
    });

    test("serves with a wrong password, each worker by itself, and says why in its log", async ({
      arena,
    }) => {
      await using redis = await arena.redis();
      await tell(redis.url, "CONFIG", "SET", "requirepass", "right");
      await using playing = await arena.play(step, redis.url.replace("//", "//:wr0ng@"));
      const members = await gather(playing.clients, WORKERS * 2, WORKERS);
      const alone = await eachSays(members, "alone");

      expect(await missing(members, alone, sameWorker)).toEqual([]);
      const { out, err } = playing.app.output;
      expect(err).toMatch(/WRONGPASS/);
      expect(out + err).not.toContain("wr0ng");
      expect(await lives(playing.app)).toEqual(
        Array(WORKERS).fill(expect.stringMatching(/ online$/)),
      );
    });

    test("serves where it may not subscribe, and says why in its log", async ({ arena }) => {
      await using redis = await arena.redis();
      const nobodys = ["on", "nopass", "~*", "+@all", "resetchannels"];
      await tell(redis.url, "ACL", "SETUSER", "default", ...nobodys);
      await using playing = await arena.play(step, redis.url);
      const members = await gather(playing.clients, WORKERS * 2, WORKERS);
      const alone = await eachSays(members, "alone");

      expect(await missing(members, alone, sameWorker)).toEqual([]);
      expect(playing.app.output.err).toMatch(/NOPERM/);
    });
  },
);

describe.each(withRedis)("the solution of step $number", (step) => {
  test("ends by its own will when pm2 stops it: with Redis up, frozen and dead", async ({
    arena,
  }) => {
    await using redis = await arena.redis();
    await using playing = await arena.play(step, redis.url, 3);
    await gather(playing.clients, 6, 3);
    const workers = await playing.app.workers();
    const [first = "", second = "", third = ""] = await idsOf(arena, playing.app);
    const since = arena.pm2.log().length;

    await arena.pm2.stop(first);
    redis.pause();
    await arena.pm2.stop(second);
    await redis.kill();
    await arena.pm2.stop(third);

    const pids = workers.map(({ pid }) => pid);
    const ends = playing.app.trace.exits().filter(({ worker }) => pids.includes(worker.pid));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(arena.pm2.log().slice(since)).not.toContain("SIGKILL");
  });
});

describe.each(withRedis.filter(({ number }) => number === 6))(
  "while Redis is away, the solution of step $number",
  (step) => {
    test.for(["frozen", "dead"])("answers in time when it is %s", async (how, { arena }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      const members = await gather(playing.clients, WORKERS * 2, WORKERS);
      const [member] = members;
      if (!member) throw new Error("unreachable: gather gives what was wished");

      if (how === "frozen") redis.pause();
      else await redis.kill();
      const waits = {
        join: await time(() => member.ask("join", "tea")),
        presence: await time(() => isToldOf(member, [member])),
        rollCall: await time(() => member.ask("rollCall")),
      };

      for (const [what, ms] of Object.entries(waits)) {
        expect(ms, what).toBeLessThan(ANSWER_WITHIN);
      }
    });
  },
);

/** The workers as pm2 knows them: a worker that has died has another pid. */
async function lives(app: App): Promise<string[]> {
  const workers = await app.workers();
  return workers.map(({ pid, state, restarts }) => `${pid}, ${restarts} restarts, ${state}`);
}

/** Waits until all who should have heard it once, and gives what is missing when the time is over. */
async function missing(...what: Parameters<typeof notHeardOnce>): Promise<string[]> {
  await eventually(
    () => notHeardOnce(...what),
    (left) => left.length === 0,
    BACK_WITHIN,
  );
  return notHeardOnce(...what);
}

/** Waits until a list has so many more. */
async function grows(list: readonly unknown[], more: number): Promise<void> {
  const wanted = list.length + more;
  await until(
    () => list.length,
    (length) => length >= wanted,
    { within: 30_000, otherwise: (length) => new Error(`${length} instead of ${wanted} said`) },
  );
}

/** Waits until a client was told that these, and nobody else, are in its room. */
async function isToldOf(member: Member, people: readonly Member[]): Promise<void> {
  const names = people.map(({ socket }) => socket.id?.slice(0, 4)).join();
  await eventually(
    () =>
      member.present
        .at(-1)
        ?.map(({ from }) => from)
        .join(),
    (told) => told === names,
    ANSWER_WITHIN,
  );
}

/** How long something takes, in ms. */
async function time(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** By what pm2 knows the workers of an app, in the order of their numbers. */
async function idsOf({ pm2 }: Arena, app: App): Promise<string[]> {
  const all = await pm2.apps();
  return all
    .filter((text) => text.startsWith(`${app.name} `))
    .map((text) => /^\S+ (\d+)/.exec(text)?.[1] ?? "");
}
