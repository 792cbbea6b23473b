import { once } from "node:events";
import { afterEach, describe, expect, vi } from "vitest";
import { until } from "../../workshop/stage/until.ts";
import { tell } from "../../workshop/testing/redis.ts";
import { ask, openSession } from "./by-hand.ts";
import { listen, openRelay, type Relay } from "./house.ts";
import { holds } from "./party.ts";
import { test } from "./test.ts";
import { upgrade } from "./web-socket.ts";

const UNKNOWN = { status: 400, body: '{"code":1,"message":"Session ID unknown"}' };
const OUT_OF_REACH = { status: 503, body: '{"code":6,"message":"Session out of reach"}' };

/** Begins a poll of the owner's first session at another worker, and waits until the owner has it. */
async function beginPoll({ owner }: Relay, at: { port: number }, sid: string) {
  const answer = ask(at, { sid }).catch(({ message }: Error) => ({ status: 0, body: message }));
  await holds(() => owner.sessions[0]?.transport.writable === true, "the poll at the owner");
  // In an object: what an async function gives would be waited for.
  return { answer };
}

afterEach(() => void vi.restoreAllMocks());

describe("a request whose owner is gone", () => {
  test("is answered at once as one of nobody's session", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    const sid = await openSession(relay.owner);
    relay.owner.subscriber.destroy();
    await deaf(redis.url, prefix + relay.owner.engine.relay.name);
    const start = performance.now();

    expect(await ask(relay.edge, { sid })).toMatchObject(UNKNOWN);
    expect(performance.now() - start).toBeLessThan(450);
  });

  test("is answered within a second when the owner is frozen", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    const sid = await openSession(relay.owner);
    // It hears, and cannot say anything.
    vi.spyOn(relay.owner.publisher, "publish").mockResolvedValue(1);
    const start = performance.now();

    expect(await ask(relay.edge, { sid })).toMatchObject(UNKNOWN);
    expect(performance.now() - start).toBeLessThan(1500);
  });
});

describe("while Redis is away", () => {
  test("a request of another's session is answered by 503 at once, and told of", async ({
    ownRedis,
    prefix,
  }) => {
    await using relay = await openRelay({ redis: ownRedis, prefix });
    const sid = await openSession(relay.owner);
    await ownRedis.kill();
    await holds(() => !relay.edge.publisher.isReady, "the loss");
    const start = performance.now();

    const answer = await ask(relay.edge, { sid });

    expect(answer).toMatchObject(OUT_OF_REACH);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(performance.now() - start).toBeLessThan(450);
    expect(relay.edge.refusals).toEqual([{ code: 6, message: "Session out of reach" }]);
  });

  test("a WebSocket of another's session is refused by 503", async ({ ownRedis, prefix }) => {
    await using relay = await openRelay({ redis: ownRedis, prefix });
    const sid = await openSession(relay.owner);
    await ownRedis.kill();
    await holds(() => !relay.edge.publisher.isReady, "the loss");

    await expect(upgrade(relay.edge, sid)).rejects.toThrow("503");
    expect(relay.edge.refusals).toEqual([{ code: 6, message: "Session out of reach" }]);
  });

  test("what was relayed is cut off, and a worker's own sessions go on", async ({
    ownRedis,
    prefix,
  }) => {
    await using relay = await openRelay({ redis: ownRedis, prefix });
    const polling = await openSession(relay.owner);
    const own = await openSession(relay.owner);
    using line = await upgrade(relay.owner, await openSession(relay.owner));
    using relayed = await upgrade(relay.edge, await openSession(relay.owner));
    const poll = await beginPoll(relay, relay.edge, polling);

    await ownRedis.kill();

    expect(await poll.answer).toMatchObject(OUT_OF_REACH);
    expect(await relayed.closed).toBe(1006);
    await ask(relay.owner, { method: "POST", sid: own, body: "4hello" });
    expect(await ask(relay.owner, { sid: own })).toMatchObject({ body: "4echo hello" });
    line.socket.send("4hello");
    expect(await line.hears(1)).toEqual(["4echo hello"]);
  });
});

describe("when Redis is back", () => {
  test("sessions that have lived on are reached again", async ({ ownRedis, prefix }) => {
    await using relay = await openRelay({ redis: ownRedis, prefix });
    const sid = await openSession(relay.owner);
    await ownRedis.kill();
    await holds(() => !relay.edge.publisher.isReady, "the loss");
    await ownRedis.start({ empty: true });
    const workers = [relay.owner, relay.edge, relay.other];
    const clients = workers.flatMap((one) => [one.publisher, one.subscriber]);
    await holds(() => clients.every(({ isReady }) => isReady), "all connections");

    await ask(relay.edge, { method: "POST", sid, body: "4hello" });

    expect(await ask(relay.other, { sid })).toMatchObject({ status: 200, body: "4echo hello" });
  });
});

describe("a worker that closes", () => {
  test("answers the polls of its sessions, wherever they wait", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    const poll = await beginPoll(relay, relay.edge, await openSession(relay.owner));

    relay.owner.engine.close();

    expect(await poll.answer).toMatchObject({ status: 200, body: "1" });
    expect(relay.owner.closes).toEqual(["forced close"]);
  });

  test("closes the WebSockets of its sessions, wherever they are", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    using line = await upgrade(relay.edge, await openSession(relay.owner));
    await holds(() => relay.owner.sessions[0]?.transport.name === "websocket", "the upgrade");

    relay.owner.engine.close();

    expect(await line.closed).toBe(1005);
  });

  test("cuts off what it has relayed, and those sessions end at their owner", async ({
    redis,
    prefix,
  }) => {
    await using relay = await openRelay({ redis, prefix });
    const poll = await beginPoll(relay, relay.edge, await openSession(relay.owner));
    using line = await upgrade(relay.edge, await openSession(relay.owner));
    await holds(() => relay.owner.sessions[1]?.transport.name === "websocket", "the upgrade");

    relay.edge.engine.close();

    expect(await poll.answer).toEqual({ status: 0, body: "socket hang up" });
    expect(await line.closed).toBe(1006);
    await holds(() => relay.owner.closes.length === 2, "the end of the sessions");
    expect(relay.owner.closes.toSorted()).toEqual(["transport close", "transport error"]);
  });

  test("has no tunnel and no subscription then, and refuses what is foreign", async ({
    redis,
    prefix,
  }) => {
    await using relay = await openRelay({ redis, prefix });
    const sid = await openSession(relay.owner);
    await beginPoll(relay, relay.edge, sid);

    relay.edge.engine.close();

    await deaf(redis.url, prefix + relay.edge.engine.relay.name);
    expect(relay.edge.engine.relay.tunnels).toBe(0);
    expect(await ask(relay.edge, { sid })).toMatchObject(UNKNOWN);
  });

  test("serves again when it listens again", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    for (const worker of [relay.owner, relay.edge]) {
      const closed = once(worker.http, "close");
      worker.http.close();
      await closed;
      worker.port = await listen(worker.http);
    }

    const sid = await openSession(relay.owner);
    await ask(relay.edge, { method: "POST", sid, body: "4hello" });
    using line = await upgrade(relay.other, sid);
    await holds(() => relay.owner.sessions[0]?.transport.name === "websocket", "the upgrade");

    expect(await line.hears(1)).toEqual(["4echo hello"]);
  });
});

describe("an app that throws", () => {
  test("is heard as if the message had come to its own worker", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    using line = await upgrade(relay.edge, await openSession(relay.owner));
    await holds(() => relay.owner.sessions[0]?.transport.name === "websocket", "the upgrade");
    relay.owner.sessions[0]?.on("message", () => {
      throw new Error("of the app");
    });
    // Vitest's own would take it for a failure of the test.
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught = once(process, "uncaughtException");

    line.socket.send("4hello");

    const [error]: unknown[] = await uncaught;
    for (const other of others) process.on("uncaughtException", other);
    expect(error).toMatchObject({ message: "of the app" });
    expect(relay.owner.subscriber.isReady).toBe(true);
  });
});

/** Waits until nobody listens on a channel. */
async function deaf(url: string, channel: string): Promise<void> {
  await until(
    () => tell(url, "PUBSUB", "NUMSUB", channel),
    (told) => Array.isArray(told) && told[1] === 0,
    { within: 5000, otherwise: () => new Error(`Somebody still listens on ${channel}.`) },
  );
}
