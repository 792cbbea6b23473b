import { describe, expect } from "vitest";
import { steps } from "../workshop/catalog.ts";
import { until } from "../workshop/stage/until.ts";
import { tell } from "../workshop/testing/redis.ts";
import { WORKERS } from "./support/arena.ts";
import { BACK_WITHIN, BUSY_TIMEOUT, test } from "./support/arena-test.ts";
import { Gathering, mustBeAcknowledged } from "./support/gathering.ts";
import { readStream } from "./support/kept.ts";
import { Participant } from "./support/participant.ts";

/** The solutions that keep what is said, under what is too much for a learner's check. */
const keeping = steps.filter(({ number }) => number >= 8);

describe.concurrent.each(keeping)(
  "the solution of step $number",
  { timeout: BUSY_TIMEOUT },
  (step) => {
    test("starts without Redis, read-only, and keeps what is said once it comes", async ({
      arena,
    }) => {
      await using redis = await arena.redis();
      await redis.kill();
      await using playing = await arena.play(step, redis.url);
      using gathering = await Gathering.of(playing.app, WORKERS * 2);
      const { people } = gathering;
      await holds(() => people.every(({ readOnly }) => readOnly.at(-1) === true));
      const saying = people.map((person) => person.say());

      await redis.start();

      await Promise.all(saying);
      await holds(() => people.every(({ readOnly }) => readOnly.at(-1) === false));
      // What was said before a worker had read anything, its people may have missed: they are told.
      expect(people.map(({ missed }) => missed.length)).toEqual(people.map(() => 1));
      for (const person of people) person.acknowledged.splice(0);
      await gathering.talk(2);
      await gathering.hears();
    });

    test("serves with a wrong password, read-only, and says why in its log", async ({ arena }) => {
      await using redis = await arena.redis();
      await tell(redis.url, "CONFIG", "SET", "requirepass", "right");
      await using playing = await arena.play(step, redis.url.replace("//", "//:wr0ng@"));
      using gathering = await Gathering.of(playing.app, WORKERS);

      await holds(() => gathering.people.every(({ readOnly }) => readOnly.at(-1) === true));
      const { out, err } = playing.app.output;
      expect(err).toMatch(/WRONGPASS/);
      expect(out + err).not.toContain("wr0ng");
    });

    test("passes over what others have put into its stream", async ({ arena }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      using gathering = await Gathering.of(playing.app, WORKERS * 2);
      await gathering.talk(1);
      const { key = "" } = (await readStream(redis)) ?? {};
      for (const fields of [
        ["a", "b"],
        ["id", "x", "text", "no worker", "room", "lobby", "from", "x"],
        ["id", "x", "text", "odd", "room", "lobby", "from", "x", "worker", "{"],
      ]) {
        await tell(redis.url, "XADD", key, "*", ...fields);
      }

      await gathering.talk(2);
      await gathering.hears();
      expect(gathering.people.flatMap(({ heard }) => heard).filter(({ id }) => id === "x")).toEqual(
        [],
      );
    });

    test("brings people back into their room, and to what was said there alone", async ({
      arena,
    }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      using gathering = await Gathering.of(playing.app, 3);
      const [away, there, elsewhere] = gathering.people;
      if (!away || !there || !elsewhere) throw new Error("unreachable: three have come");
      for (const person of [away, there]) {
        await person.socket.emitWithAck("join", "kitchen");
        person.room = "kitchen";
      }
      await mustBeAcknowledged(there, "before");
      await holds(() => away.heard.some(({ text }) => text === "before"));

      away.socket.disconnect();
      await mustBeAcknowledged(there, "in the kitchen");
      await mustBeAcknowledged(elsewhere, "in the lobby");
      away.socket.connect();

      await holds(() => away.heard.some(({ text }) => text === "in the kitchen"));
      await mustBeAcknowledged(away, "back");
      await holds(() => there.heard.some(({ text }) => text === "back"));
      expect(away.heard.map(({ text }) => text)).not.toContain("in the lobby");
      expect(elsewhere.heard.map(({ text }) => text)).toEqual(["in the lobby"]);
    });

    test("gives who goes to another room before they have caught up nothing of the old one", async ({
      arena,
    }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      using gathering = await Gathering.of(playing.app, WORKERS);
      const [away, there] = gathering.people;
      if (!away || !there) throw new Error("unreachable: two have come");
      await mustBeAcknowledged(there, "before");
      await holds(() => away.heard.some(({ text }) => text === "before"));
      away.socket.disconnect();
      await mustBeAcknowledged(there, "in the lobby");

      redis.pause();
      away.socket.connect();
      await holds(() => away.hellos.length > 1);
      await away.socket.emitWithAck("join", "kitchen");
      redis.resume();

      await mustBeAcknowledged(away, "in the kitchen");
      await holds(() => away.heard.some(({ text }) => text === "in the kitchen"));
      expect(away.heard.map(({ text }) => text)).toEqual(["before", "in the kitchen"]);
    });

    test("takes who comes back with an offset of nonsense, or of the future, for somebody new or with a gap", async ({
      arena,
    }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      using odd = new Participant(playing.app.url, "odd", ["websocket"]);
      odd.offset = "$; FLUSHALL";
      odd.room = "<b>";
      using early = new Participant(playing.app.url, "early", ["websocket"]);
      early.offset = "99999999999999-0";
      await holds(() => early.missed.length === 1);

      await mustBeAcknowledged(odd, "hello");

      await holds(() => [odd, early].every(({ heard }) => heard.at(-1)?.text === "hello"));
      expect([odd.missed.length, early.missed.length]).toEqual([0, 1]);
    });

    test("lets nobody miss anything who comes back while Redis is away", async ({ arena }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      using gathering = await Gathering.of(playing.app, WORKERS);
      const [away, there] = gathering.people;
      if (!away || !there) throw new Error("unreachable: two have come");
      await gathering.talk(1);
      await gathering.hears();
      away.socket.disconnect();
      await mustBeAcknowledged(there, "while you were away");
      await redis.kill();
      away.socket.connect();
      await holds(() => away.hellos.length > 1);

      await redis.start();

      await holds(() => away.heard.some(({ text }) => text === "while you were away"));
      await gathering.talk(1);
      await gathering.hears();
      expect(away.missed).toEqual([]);
    });

    test("tells of a frozen Redis, and goes on when it thaws", async ({ arena }) => {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      using gathering = await Gathering.of(playing.app, WORKERS * 2);
      const { people } = gathering;
      await gathering.talk(1);

      redis.pause();
      const saying = people.map((person) => person.say());
      await holds(() => people.every(({ readOnly }) => readOnly.at(-1) === true));
      redis.resume();

      await Promise.all(saying);
      await holds(() => people.every(({ readOnly }) => readOnly.at(-1) === false));
      await gathering.hears();
    });
  },
);

describe.each(keeping)("the solution of step $number", { timeout: BUSY_TIMEOUT }, (step) => {
  test("ends by its own will when pm2 stops it: with Redis up, frozen and dead", async ({
    arena,
  }) => {
    for (const state of ["up", "frozen", "dead"]) {
      await using redis = await arena.redis();
      await using playing = await arena.play(step, redis.url);
      using gathering = await Gathering.of(playing.app, WORKERS);
      await gathering.talk(1);
      if (state === "frozen") redis.pause();
      if (state === "dead") await redis.kill();

      const pids = (await playing.app.workers()).map(({ pid }) => pid);
      const since = arena.pm2.log().length;
      await arena.pm2.stop(playing.app.name);

      expect(arena.pm2.log().slice(since)).not.toMatch(/SIGKILL/);
      const ends = playing.app.trace.exits().filter(({ worker }) => pids.includes(worker.pid));
      expect(ends.map(({ code }) => code)).toEqual(pids.map(() => 0));
      redis.resume();
    }
  });
});

/** Waits until something holds. */
async function holds(condition: () => boolean): Promise<void> {
  await until(condition, Boolean, {
    within: BACK_WITHIN,
    otherwise: () => new Error(`It does not come to that: ${condition}`),
  });
}
