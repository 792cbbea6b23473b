import { createServer } from "node:http";
import { Redis as IoRedis } from "ioredis";
import { createClient as createClient6 } from "redis";
import { createClient as createClient4 } from "redis-4";
import { createClient as createClient5 } from "redis-5";
import { describe, expect } from "vitest";
import type { RedisClient } from "../../solutions/07-share-the-handshake/bus.ts";
import { RelayEngine } from "../../solutions/07-share-the-handshake/relay.ts";
import { tell } from "../../workshop/testing/redis.ts";
import { ask, openSession } from "./by-hand.ts";
import { listen } from "./house.ts";
import { holds } from "./party.ts";
import { test } from "./test.ts";
import { openLine, upgrade } from "./web-socket.ts";

/** A client of some library, and how it is connected and ended. */
interface Client {
  client: RedisClient;
  /** It may fail when Redis is away: whoever listens to errors goes on trying. */
  connect: () => unknown;
  isReady: () => boolean;
  end: () => void;
}

/** What the libraries in question have in common. */
interface NodeRedis {
  isReady: boolean;
  isOpen: boolean;
  connect: () => Promise<unknown>;
  on: (event: "error", listener: () => void) => unknown;
}

function ofNodeRedis(client: NodeRedis & RedisClient, end: () => unknown): Client {
  client.on("error", () => {});
  return {
    client,
    connect: () => void client.connect().catch(() => {}),
    isReady: () => client.isReady,
    end: () => void (client.isOpen && end()),
  };
}

const LIBRARIES: Record<string, (url: string) => Client> = {
  "redis 4": (url) => {
    const client = createClient4({ url });
    return ofNodeRedis(client, () => client.disconnect());
  },
  "redis 5": (url) => {
    const client = createClient5({ url });
    return ofNodeRedis(client, () => client.destroy());
  },
  "redis 6": (url) => {
    const client = createClient6({ url });
    return ofNodeRedis(client, () => client.destroy());
  },
  "ioredis 5": (url) => {
    const client = new IoRedis(url, { lazyConnect: true });
    client.on("error", () => {});
    return {
      client,
      connect: () => void client.connect().catch(() => {}),
      isReady: () => client.status === "ready",
      end: () => client.disconnect(),
    };
  },
};

/** A worker with clients of its own, which are not connected yet. */
async function openWorker(url: string, prefix: string, library: string) {
  const create = LIBRARIES[library];
  if (!create) throw new Error(`unreachable: ${library} is one of them`);
  const [publisher, subscriber] = [create(url), create(url)];
  const errors: Error[] = [];
  const engine = new RelayEngine(publisher.client, subscriber.client, { prefix });
  engine.on("relay_error", (error: Error) => errors.push(error));
  engine.on("connection", (session) => {
    session.on("message", (data: string) => session.send(`echo ${data}`));
  });
  const http = createServer();
  engine.attach(http, { path: "/socket.io/" });
  return {
    engine,
    errors,
    port: await listen(http),
    connect() {
      publisher.connect();
      subscriber.connect();
    },
    isReady: () => publisher.isReady() && subscriber.isReady(),
    async [Symbol.asyncDispose]() {
      engine.close();
      http.close();
      http.closeAllConnections();
      publisher.end();
      subscriber.end();
    },
  };
}

type Worker = Awaited<ReturnType<typeof openWorker>>;

/** Whether all of them are heard on their channels. */
async function reachable(url: string, prefix: string, workers: Worker[]): Promise<void> {
  let count = 0;
  await holds(() => {
    void tell(url, "PUBSUB", "CHANNELS", `${prefix}*`).then(
      (channels) => (count = Array.isArray(channels) ? channels.length : 0),
      () => {},
    );
    return count === workers.length && workers.every((worker) => worker.isReady());
  }, "both workers, reachable");
}

/** A session of one, whose requests meet the other: polls, an upgrade, and words both ways. */
async function converse(owner: Worker, edge: Worker): Promise<string[]> {
  const sid = await openSession(owner);
  await ask(edge, { method: "POST", sid, body: "4one" });
  const { body } = await ask(edge, { sid });
  using line = await upgrade(edge, sid);
  line.socket.send("4two");
  return [body, ...(await line.hears(1))];
}

const CONVERSATION = ["4echo one", "4echo two"];

describe.each(Object.keys(LIBRARIES))("with clients of %s", (library) => {
  test("a session is shared", async ({ redis, prefix }) => {
    await using one = await openWorker(redis.url, prefix, library);
    await using other = await openWorker(redis.url, prefix, library);
    for (const worker of [one, other]) worker.connect();
    await reachable(redis.url, prefix, [one, other]);

    expect(await converse(one, other)).toEqual(CONVERSATION);
    expect(await converse(other, one)).toEqual(CONVERSATION);
    expect([...one.errors, ...other.errors]).toEqual([]);
  });

  test("nobody's session is nobody's at once", async ({ redis, prefix }) => {
    await using one = await openWorker(redis.url, prefix, library);
    one.connect();
    await reachable(redis.url, prefix, [one]);

    const { status } = await ask(one, { sid: "Nobod123456789012345" });

    expect(status).toBe(400);
  });

  test("workers find each other when Redis comes up late", async ({ ownRedis, prefix }) => {
    await ownRedis.kill();
    await using one = await openWorker(ownRedis.url, prefix, library);
    await using other = await openWorker(ownRedis.url, prefix, library);
    for (const worker of [one, other]) worker.connect();
    const alone = await openSession(one);
    // Late is what this is about; ioredis gives up a command by itself after some tries.
    await new Promise((resolve) => setTimeout(resolve, 1000));

    await ownRedis.start();
    await reachable(ownRedis.url, prefix, [one, other]);

    expect(await ask(other, { method: "POST", sid: alone, body: "4hello" })).toMatchObject({
      status: 200,
    });
    expect(await converse(one, other)).toEqual(CONVERSATION);
  });

  test("workers find each other again when their connections were cut", async ({
    ownRedis,
    prefix,
  }) => {
    await using one = await openWorker(ownRedis.url, prefix, library);
    await using other = await openWorker(ownRedis.url, prefix, library);
    for (const worker of [one, other]) worker.connect();
    await reachable(ownRedis.url, prefix, [one, other]);
    using line = await openLine(one);
    using relayed = await upgrade(other, await openSession(one));

    await tell(ownRedis.url, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await tell(ownRedis.url, "CLIENT", "KILL", "TYPE", "pubsub");
    expect(await relayed.closed).toBe(1006);
    await reachable(ownRedis.url, prefix, [one, other]);

    expect(await converse(one, other)).toEqual(CONVERSATION);
    expect(line.socket.readyState).toBe(line.socket.OPEN);
  });

  test("a worker that closes listens no more, and its clients stay", async ({ redis, prefix }) => {
    await using one = await openWorker(redis.url, prefix, library);
    await using other = await openWorker(redis.url, prefix, library);
    for (const worker of [one, other]) worker.connect();
    await reachable(redis.url, prefix, [one, other]);

    one.engine.close();

    await reachable(redis.url, prefix, [other]);
    expect(one.isReady()).toBe(true);
  });
});
