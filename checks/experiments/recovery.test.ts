import { setTimeout as sleep } from "node:timers/promises";
import { test as base, describe, expect } from "vitest";
import { startDaemon } from "../../workshop/stage/daemon.ts";
import { connectPm2, type Pm2 } from "../../workshop/stage/pm2.ts";
import { openRun, type Run } from "../../workshop/stage/run.ts";
import { until } from "../../workshop/stage/until.ts";
import { openGround, type Ground } from "./recovery/ground.ts";
import { layLine } from "./recovery/line.ts";
import { Person, WITHIN } from "./recovery/person.ts";

/**
 * What Socket.IO's connection state recovery does on its streams adapter, and what it does not: why
 * step 8 keeps a stream of its own.
 */

/** How often something is said where people talk all the time, in ms. */
const SAY_EVERY = 2;
/** How often somebody comes back at most before something is lost; measured: once to ten times. */
const RETURNS = 300;

const test = base.extend<{ $file: { stage: { run: Run; pm2: Pm2 }; ground: Ground } }>({
  stage: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using run = await openRun();
      await using pm2 = await connectPm2(await startDaemon(run));
      await use({ run, pm2 });
    },
    { scope: "file" },
  ],
  ground: [
    async ({ stage }, use) => {
      await using ground = await openGround(stage, "recovery");
      await use(ground);
    },
    { scope: "file" },
  ],
});

describe("with connection state recovery, a client", () => {
  test("whose connection broke is recovered by either worker, and hears what it missed, in order", async ({
    ground,
  }) => {
    using people = await ground.gather();
    const { anna, neighbour, ben } = people;
    const said = ["before"];
    await ben.says("before");
    await anna.hears("before");

    const met = new Map<number, boolean>();
    for (let round = 0; met.size < 2 && round < 20; round += 1) {
      anna.breaks();
      await ground.keeps(anna);
      const missed = [1, 2, 3].map((number) => `${number} of round ${round}`);
      await ben.says(...missed);
      said.push(...missed);
      // On both workers, so that nothing is on its way any more.
      for (const one of [neighbour, ben]) await one.hears(`3 of round ${round}`);
      await anna.comes();
      met.set(anna.worker, anna.socket.recovered);
      await anna.hears(`3 of round ${round}`);
    }

    expect([...met.values()]).toEqual([true, true]);
    expect(anna.heard).toEqual(said);
  });

  test("whose worker ended gracefully is recovered, and hears what it missed", async ({
    ground,
  }) => {
    using people = await ground.gather();
    const { anna, ben } = people;
    await ben.says("before");
    await anna.hears("before");

    process.kill(anna.worker, "SIGINT");
    await anna.isGone();
    await ground.keeps(anna);
    await ben.says("away 1", "away 2");
    await ben.hears("away 2");
    await anna.comes();
    await ben.says("after");
    await anna.hears("after");

    expect(anna.socket.recovered).toBe(true);
    expect(anna.heard).toEqual(["before", "away 1", "away 2", "after"]);
  });

  test("whose worker was killed is not recovered, and misses all that was said meanwhile", async ({
    ground,
  }) => {
    using people = await ground.gather();
    const { anna, neighbour, ben } = people;
    const away = Array.from({ length: 10 }, (_, number) => `away ${number}`);
    await ben.says("before");
    for (const one of [anna, neighbour]) await one.hears("before");

    process.kill(anna.worker, "SIGKILL");
    for (const one of [anna, neighbour]) await one.isGone();
    await ben.says(...away);
    await ben.hears("away 9");
    for (const one of [anna, neighbour]) await one.comes();
    await ben.says("after");
    for (const one of [anna, neighbour]) await one.hears("after");

    expect([anna, neighbour].map(({ socket }) => socket.recovered)).toEqual([false, false]);
    expect([anna, neighbour].map(({ heard }) => heard)).toEqual([
      ["before", "after"],
      ["before", "after"],
    ]);
  });

  test("that was away for longer than its session is kept is not recovered, and is not told what it missed", async ({
    stage,
  }) => {
    await using ground = await openGround(stage, "short", { MAX_DISCONNECTION: "100" });
    using people = await ground.gather();
    const { anna, ben } = people;
    await ben.says("before");
    await anna.hears("before");

    anna.breaks();
    await ben.says("away");
    await ground.forgets(1);
    await anna.comes();
    await ben.says("after");
    await anna.hears("after");

    expect(anna.socket.recovered).toBe(false);
    expect(anna.heard).toEqual(["before", "after"]);
  });

  test("that changes its network, unnoticed by the server, is not recovered", async ({
    ground,
  }) => {
    using people = await ground.gather();
    const { ben } = people;
    await using line = await layLine(ground.app.port);
    using anna = new Person(line.url);
    await anna.comes();
    await ben.says("before");
    await anna.hears("before");

    line.leave();
    await anna.isGone();
    await ben.says("away");
    await ben.hears("away");
    await anna.comes();
    await ben.says("after");
    await anna.hears("after");

    expect(anna.socket.recovered).toBe(false);
    expect(anna.heard).toEqual(["before", "after"]);
  });

  test("that has heard nothing yet is not recovered", async ({ ground }) => {
    using people = await ground.gather();
    const { anna, ben } = people;

    anna.breaks();
    await ground.keeps(anna);
    await ben.says("away");
    await ben.hears("away");
    await anna.comes();
    await ben.says("after");
    await anna.hears("after");

    expect(anna.socket.recovered).toBe(false);
    expect(anna.heard).toEqual(["after"]);
  });

  test("that gets no answer and says it again is heard twice, though it is recovered", async ({
    ground,
  }) => {
    using people = await ground.gather();
    const { ben } = people;
    await using line = await layLine(ground.app.port);
    // Socket.IO's own way to say something again.
    using anna = new Person(line.url, { retries: 1, ackTimeout: 30_000 });
    await anna.comes();
    await ben.says("before");
    await anna.hears("before");

    line.muffle();
    const saying = anna.says("once");
    await ben.hears("once");
    line.cut();
    await anna.isGone();
    await ground.keeps(anna);
    await anna.comes();
    await saying;

    expect(anna.socket.recovered).toBe(true);
    await ben.hears("once", 2);
    await anna.hears("once", 2);
  });

  test("that comes back while somebody talks is recovered, and yet loses some of what is said", async ({
    ground,
  }) => {
    using people = await ground.gather();
    const { anna, ben } = people;
    await using talk = startTalk(ben);
    await anna.hears("0");

    // What is said between the look at what it missed and its entry reaches it by neither way.
    const recovered: boolean[] = [];
    while (gaps(anna).length === 0 && recovered.length < RETURNS) {
      const { length } = talk.said;
      anna.breaks();
      await ground.keeps(anna);
      await talk.reaches(length + 5);
      await anna.comes();
      recovered.push(anna.socket.recovered);
      await talk.reaches(talk.said.length + 5);
    }
    await talk[Symbol.asyncDispose]();
    await ben.says("after");
    await anna.hears("after");

    const heard = new Set(anna.heard);
    const lost = talk.said.filter((text) => !heard.has(text));
    expect(recovered).not.toContain(false);
    expect(lost).not.toEqual([]);
  });

  test("that leaves while Redis is away ends its worker, for all who are there", async ({
    stage,
  }) => {
    await using ground = await openGround(stage, "alone");
    using people = await ground.gather();
    const { anna, neighbour, ben } = people;

    await ground.redis.kill();
    anna.breaks();
    // Saving its session is given up after 5 s, as every command is, and nobody handles that.
    await neighbour.isGone();

    expect(ben.socket.connected).toBe(true);
    await until(
      async () => (await ground.app.workers()).map(({ pid }) => pid),
      (pids) => !pids.includes(anna.worker) && pids.includes(ben.worker),
      { within: WITHIN, otherwise: (pids) => new Error(`worker ${anna.worker} of ${pids} lives`) },
    );
  });
});

describe("with the streams adapter", () => {
  test("people on two workers hear the same messages, and not in the same order", async ({
    ground,
  }) => {
    using people = await ground.gather();
    const { anna, ben } = people;
    const numbers = Array.from({ length: 200 }, (_, number) => number);

    for (const number of numbers) {
      await Promise.all([anna.says(`anna ${number}`), ben.says(`ben ${number}`)]);
    }
    for (const one of [anna, ben]) {
      await one.hears("anna 199");
      await one.hears("ben 199");
    }

    expect(anna.heard.toSorted()).toEqual(ben.heard.toSorted());
    expect(anna.heard).not.toEqual(ben.heard);
  });
});

/** Somebody talks, in numbers from 0 on, until it is enough. */
function startTalk(person: Person) {
  const said: string[] = [];
  let enough = false;
  const talking = (async () => {
    while (!enough) {
      const text = String(said.length);
      said.push(text);
      person.socket.emit("say", text, () => {});
      // The pace of the talk is what this is about.
      await sleep(SAY_EVERY);
    }
  })();
  return {
    said,
    /** Waits until so many things have been said. */
    reaches: (count: number) =>
      until(
        () => said.length,
        (length) => length >= count,
        { within: WITHIN, otherwise: (length) => new Error(`only ${length} of ${count} said`) },
      ),
    async [Symbol.asyncDispose]() {
      enough = true;
      await talking;
    },
  };
}

/** Numbers that somebody has not heard, though it has heard later ones. */
function gaps({ heard }: Person): number[] {
  const numbers = new Set(heard.map(Number));
  return Array.from({ length: Math.max(...numbers) }, (_, number) => number).filter(
    (number) => !numbers.has(number),
  );
}
