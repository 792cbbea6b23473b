import { createClient } from "redis";
import { test as base, describe, expect } from "vitest";
import { startRedis, type PrivateRedis } from "../stage/redis.ts";
import { openRun, type Run } from "../stage/run.ts";
import { eventually, until } from "../stage/until.ts";
import { talkTo, tell, type Talk } from "../testing/redis.ts";
import { worker } from "../testing/requests.ts";
import { startTracedServer, type TracedServer } from "../testing/traced-server.ts";
import { Trace } from "./collector.ts";
import type { TracedCommand } from "./events.ts";
import { watchRedis } from "./redis-monitor.ts";

/** A Redis whose channels of `chat` are watched. */
interface Watched {
  redis: PrivateRedis;
  trace: Trace;
}

let count = 0;

const test = base.extend<{ $file: { run: Run }; $test: { watched: Watched } }>({
  run: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using run = await openRun();
      await use(run);
    },
    { scope: "file" },
  ],
  watched: async ({ run }, use) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    const trace = new Trace("");
    await using _watch = await watchRedis({ url: redis.url, prefix: "chat" }, trace);
    await use({ redis, trace });
  },
});

describe.concurrent("what is published is told", () => {
  test("with its channel and the bytes of its message", async ({ watched }) => {
    using ann = await join(watched);

    await ann.send("PUBLISH", "chat:said", "grüße");

    expect(await published(watched, "chat:said")).toMatchObject({
      kind: "command",
      command: "PUBLISH",
      bytes: 7,
      received: 0,
    });
  });

  test("with a channel beyond ASCII as it was written", async ({ watched }) => {
    using ann = await join(watched);
    using _bob = await listen(watched, ["chat:küche"], []);

    await ann.send("PUBLISH", "chat:küche", "x");

    expect(await published(watched, "chat:küche")).toMatchObject({ received: 1 });
  });

  test.for([
    { channels: [], patterns: [], received: 0 },
    { channels: ["chat:said"], patterns: [], received: 1 },
    { channels: [], patterns: ["chat:*"], received: 1 },
    { channels: [], patterns: ["chat:?aid", "*d", "chat:said", "chat:say"], received: 3 },
    { channels: ["chat:said"], patterns: ["chat:*"], received: 2 },
    { channels: ["chat:says"], patterns: ["chat:says*", "chat.said"], received: 0 },
  ])(
    "with how many have received it: $channels and $patterns",
    async ({ channels, patterns, received }, { watched }) => {
      using _bob = await listen(watched, channels, patterns);
      using ann = await join(watched);

      const reply = await ann.send("PUBLISH", "chat:said", "x");

      expect(reply).toBe(received);
      expect(await published(watched, "chat:said")).toMatchObject({ received });
    },
  );

  test("with several listeners, each counted", async ({ watched }) => {
    using _one = await listen(watched, ["chat:said"], ["chat:*"]);
    using _two = await listen(watched, ["chat:said"], ["*"]);
    using _three = await listen(watched, [], ["chat:*"]);
    using ann = await join(watched);

    const reply = await ann.send("PUBLISH", "chat:said", "x");

    expect(await published(watched, "chat:said")).toMatchObject({ received: reply });
    expect(reply).toBe(5);
  });

  test("without the listeners that are gone, or listen no more", async ({ watched }) => {
    using bob = await listen(watched, ["chat:said"], ["chat:*", "*:said"]);
    {
      using _eve = await listen(watched, ["chat:said"], ["chat:*"]);
    }
    await bob.client.pUnsubscribe("chat:*");
    using ann = await join(watched);
    const reply = await until(
      () => ann.send("PUBLISH", "chat:said", "x"),
      (number) => number === 2,
      { within: 5_000, otherwise: (number) => new Error(`${String(number)} listen.`) },
    );

    const last = await eventually(
      () => watched.trace.commands.findLast(({ command }) => command === "PUBLISH")?.received,
      (received) => received === reply,
      5_000,
    );

    expect(last).toBe(2);
  });

  test("by a script, too", async ({ watched }) => {
    await tell(watched.redis.url, "EVAL", "redis.call('PUBLISH', 'chat:lua', 'x')", "0");

    expect(await published(watched, "chat:lua")).toMatchObject({ worker: undefined, bytes: 1 });
  });

  test("and every channel that somebody subscribes to", async ({ watched }) => {
    using _bob = await listen(watched, ["chat:a", "chat:b"], ["chat:*"]);

    const told = await until(
      () => watched.trace.commands.map(({ command, channel }) => `${command} ${channel}`),
      (all) => all.length >= 3,
      { within: 5_000, otherwise: (all) => new Error(`Told: ${String(all)}`) },
    );
    expect(told.sort()).toEqual(["PSUBSCRIBE chat:*", "SUBSCRIBE chat:a", "SUBSCRIBE chat:b"]);
  });

  test("in the order in which Redis got it", async ({ watched }) => {
    using ann = await join(watched);
    const numbers = Array.from({ length: 300 }, (_, number) => `chat:${number}`);

    await Promise.all(numbers.map((channel) => ann.send("PUBLISH", channel, "x")));

    await published(watched, "chat:299");
    expect(watched.trace.commands.map(({ channel }) => channel)).toEqual(numbers);
  });
});

describe.concurrent("who has published something", () => {
  test("is the worker that has reported its connection", async ({ watched }) => {
    using ann = await join(watched);
    link(watched, 2, ann.port);

    await ann.send("PUBLISH", "chat:said", "x");

    expect(await published(watched, "chat:said")).toMatchObject({ worker: worker(2) });
  });

  test("may be reported a moment later", async ({ watched }) => {
    using ann = await join(watched);
    await ann.send("PUBLISH", "chat:said", "x");

    link(watched, 3, ann.port);

    expect(await published(watched, "chat:said")).toMatchObject({ worker: worker(3) });
  });

  test("is nobody of ours when no worker has reported it", async ({ watched }) => {
    using ann = await join(watched);
    using bob = await join(watched);
    link(watched, 0, bob.port);

    await ann.send("PUBLISH", "chat:said", "x");

    expect(await published(watched, "chat:said")).toMatchObject({ worker: undefined });
  });

  test("may be a worker that takes a stranger's place", async ({ watched }) => {
    using ann = await join(watched);
    await ann.send("PUBLISH", "chat:one", "x");
    await published(watched, "chat:one");

    link(watched, 1, ann.port);
    await ann.send("PUBLISH", "chat:two", "x");

    expect(await published(watched, "chat:two")).toMatchObject({ worker: worker(1) });
  });

  test("is no stranger on a channel that is not the app's", async ({ watched }) => {
    using ann = await join(watched);
    using bob = await join(watched);
    link(watched, 0, bob.port);

    await ann.send("PUBLISH", "private:matters", "x");
    await bob.send("PUBLISH", "elsewhere", "x");
    await ann.send("PUBLISH", "chat:said", "x");

    await published(watched, "chat:said");
    expect(watched.trace.commands.map(({ channel }) => channel)).toEqual([
      "elsewhere",
      "chat:said",
    ]);
  });

  test("is not waited for again and again where many strangers come and go", async ({
    watched,
  }) => {
    using ann = await join(watched);
    link(watched, 0, ann.port);
    for (let stranger = 0; stranger < 50; stranger += 1) {
      await tell(watched.redis.url, "PUBLISH", "private:matters", "x");
    }
    const start = performance.now();

    await ann.send("PUBLISH", "chat:said", "x");

    await published(watched, "chat:said");
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe.concurrent("whoever watches", () => {
  test("listens to no channel, so that PUBLISH does not count it", async ({ watched }) => {
    const { url } = watched.redis;

    expect(await tell(url, "PUBLISH", "chat:said", "x")).toBe(0);
    expect(await tell(url, "PUBSUB", "CHANNELS")).toEqual([]);
    expect(await tell(url, "PUBSUB", "NUMPAT")).toBe(0);
  });

  test("leaves nothing behind at the Redis", async ({ run }) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    const watch = await watchRedis({ url: redis.url, prefix: "chat" }, new Trace(""));

    await watch[Symbol.asyncDispose]();

    await isAlone(redis);
  });

  test("is told so where MONITOR is forbidden, and leaves", async ({ run }) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    await tell(redis.url, "ACL", "SETUSER", "ann", "on", ">pw", "~*", "&*", "+@all", "-monitor");
    const url = redis.url.replace("//", "//ann:pw@");

    await expect(watchRedis({ url, prefix: "chat" }, new Trace(""))).rejects.toThrow(/NOPERM/);

    await isAlone(redis);
  });

  test("may leave while Redis is frozen, or away", async ({ run }) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    const early = await watchRedis({ url: redis.url, prefix: "chat" }, new Trace(""));
    redis.pause();
    await early[Symbol.asyncDispose]();
    const frozen = await watchRedis({ url: redis.url, prefix: "chat" }, new Trace(""));
    await frozen[Symbol.asyncDispose]();
    await redis.kill();
    const away = await watchRedis({ url: redis.url, prefix: "chat" }, new Trace(""));
    await away[Symbol.asyncDispose]();

    await redis.start();

    await isAlone(redis);
  });

  test("comes in when Redis does", async ({ run }) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    await redis.kill();
    const trace = new Trace("");
    await using _ = await watchRedis({ url: redis.url, prefix: "chat" }, trace);

    await redis.start();

    expect(await hearsAgain({ redis, trace })).toMatchObject({ received: 0 });
  });
});

describe.concurrent("with a worker that subscribes to a pattern and publishes", () => {
  test("all that it does is told as its own", async ({ run }) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    await using server = await startSpeaker(redis);
    await using _ = await watchRedis({ url: redis.url, prefix: "chat" }, server.trace);
    server.script.child.send("connect");

    await speak(redis, server, "chat:said");

    const mine = { worker: { instance: 1, pid: server.script.pid } };
    expect(await published(server, "chat:said")).toMatchObject({ ...mine, received: 1 });
    expect(server.trace.commands.at(0)).toMatchObject({ ...mine, command: "PSUBSCRIBE" });
  });

  test("after each restart of Redis the number is the one that PUBLISH gives, or none", async ({
    run,
  }) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    await using server = await startSpeaker(redis);
    await using _ = await watchRedis({ url: redis.url, prefix: "chat" }, server.trace);
    server.script.child.send("connect");
    await speak(redis, server, "chat:0");
    const received: (number | undefined)[] = [];

    for (const time of [1, 2, 3]) {
      await redis.kill();
      await redis.start();
      await hearsAgain({ redis, trace: server.trace });
      await speak(redis, server, `chat:${time}`);
      received.push((await published(server, `chat:${time}`)).received);
    }

    expect([1, undefined]).toEqual(expect.arrayContaining(received));
  });
});

/** A client that knows by which port Redis knows it. */
interface Guest extends Talk {
  port: number;
}

async function join({ redis }: Watched): Promise<Guest> {
  const talk = await talkTo(redis.url);
  const port = Number(/ addr=\S*:(\d+) /.exec(String(await talk.send("CLIENT", "INFO")))?.[1]);
  return Object.assign(talk, { port });
}

/** A client that listens to channels and patterns until it is disposed. */
async function listen({ redis }: Watched, channels: string[], patterns: string[]) {
  const client = createClient({ url: redis.url });
  client.on("error", () => {});
  await client.connect();
  if (channels.length > 0) await client.subscribe(channels, () => {});
  if (patterns.length > 0) await client.pSubscribe(patterns, () => {});
  return { client, [Symbol.dispose]: () => client.destroy() };
}

/** A worker's report that it has a connection with this port. */
function link({ trace }: Watched, instance: number, port: number): void {
  trace.add({ kind: "link", at: Date.now(), worker: worker(instance), port });
}

/** Waits until the trace tells of something published on a channel. */
async function published({ trace }: Pick<Watched, "trace">, on: string): Promise<TracedCommand> {
  const found = await until(
    () => trace.commands.find(({ command, channel }) => command === "PUBLISH" && channel === on),
    (command) => command !== undefined,
    {
      within: 10_000,
      otherwise: () => new Error(`Nothing on ${on}, only ${JSON.stringify(trace.commands)}`),
    },
  );
  if (!found) throw new Error("unreachable: until() gives what holds");
  return found;
}

/** Publishes until the trace tells of something that was published from now on. */
async function hearsAgain(watched: Watched): Promise<TracedCommand> {
  const since = watched.trace.commands.length;
  const found = await until(
    async () => {
      await tell(watched.redis.url, "PUBLISH", "chat:again", "x");
      return watched.trace.commands
        .slice(since)
        .find(({ command, channel }) => command === "PUBLISH" && channel === "chat:again");
    },
    (command) => command !== undefined,
    { within: 20_000, otherwise: () => new Error("It does not hear Redis again.") },
  );
  if (!found) throw new Error("unreachable: until() gives what holds");
  return found;
}

/** Waits until nobody is connected to a Redis but who asks. */
async function isAlone({ url }: PrivateRedis): Promise<void> {
  using talk = await talkTo(url);
  await until(
    () => talk.info("connected_clients"),
    (clients) => clients === "1",
    { within: 5_000, otherwise: (clients) => new Error(`${clients} clients are connected.`) },
  );
}

/** A worker with the preload, told by messages to connect and to publish. */
function startSpeaker({ url }: PrivateRedis): Promise<TracedServer> {
  return startTracedServer({
    env: { REDIS_URL: url, NODE_APP_INSTANCE: "1" },
    code: `
      import { createClient } from "redis";
      const [publisher, subscriber] = [createClient({ url: process.env.REDIS_URL }), createClient({ url: process.env.REDIS_URL })];
      for (const client of [publisher, subscriber]) client.on("error", () => {});
      process.on("message", async (channel) => {
        if (channel === "connect") {
          await Promise.all([publisher.connect(), subscriber.connect()]);
          await subscriber.pSubscribe("chat:*", () => {});
        } else {
          // Redis may be killed before it has answered.
          await publisher.publish(channel, "x").catch(() => {});
        }
      });
    `,
  });
}

/** Lets it publish, as soon as its own subscription is there. */
async function speak(redis: PrivateRedis, server: TracedServer, channel: string): Promise<void> {
  await until(
    () => tell(redis.url, "PUBSUB", "NUMPAT"),
    (patterns) => patterns === 1,
    {
      within: 10_000,
      otherwise: () => new Error(`It has not subscribed. ${server.script.errors()}`),
    },
  );
  server.script.child.send(channel);
}
