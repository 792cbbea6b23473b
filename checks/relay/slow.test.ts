import type { IncomingMessage } from "node:http";
import { afterEach, describe, expect, vi } from "vitest";
import { until } from "../../workshop/stage/until.ts";
import { begin, openSession } from "./by-hand.ts";
import { openRelay, type RelayWorker } from "./house.ts";
import { holds } from "./party.ts";
import { test } from "./test.ts";
import { upgrade } from "./web-socket.ts";

/** More than the buffers of the operating system hold, on both sides of a connection. In bytes. */
const MUCH = 30e6;
/** A whole window, and what those buffers hold: 6 MB where this was written. */
const HELD = 20e6;

/** How many bytes a worker has published since. */
function countPublished({ publisher }: RelayWorker): () => number {
  const publish = vi.spyOn(publisher, "publish");
  return () => publish.mock.calls.reduce((sum, [, message]) => sum + message.length, 0);
}

/** Waits until a number has stood still for as long as ten questions take. */
async function still(number: () => number): Promise<number> {
  const last = Array.from({ length: 10 }, (_, at) => -at);
  await holds(() => {
    last.shift();
    last.push(number());
    return new Set(last).size === 1;
  }, "an end of the flow");
  return number();
}

afterEach(() => void vi.restoreAllMocks().useRealTimers());

describe("a client that does not read", () => {
  test("its WebSocket has no more sent on to it than a window, and then all", async ({
    redis,
    prefix,
  }) => {
    await using relay = await openRelay({ redis, prefix });
    using line = await upgrade(relay.edge, await openSession(relay.owner));
    const session = relay.owner.sessions[0];
    await holds(() => session?.transport.name === "websocket", "the upgrade");
    const published = countPublished(relay.owner);
    line.socket.pause();

    for (let sent = 0; sent < MUCH; sent += 100_000) session?.send("x".repeat(99_999));

    expect(await still(published)).toBeLessThan(HELD);
    line.socket.resume();
    expect(await line.hears(MUCH / 100_000)).toHaveLength(MUCH / 100_000);
  });

  test("its answer has no more sent on to it than a window, and then all", async ({
    redis,
    prefix,
  }) => {
    await using relay = await openRelay({ redis, prefix });
    const sid = await openSession(relay.owner);
    const published = countPublished(relay.owner);
    const credited = countPublished(relay.edge);
    relay.owner.sessions[0]?.send("x".repeat(MUCH));
    let received = 0;

    const answer = await new Promise<IncomingMessage>((resolve) => {
      begin(relay.edge, { sid }).on("response", resolve);
    });

    expect(await still(published)).toBeLessThan(HELD);
    answer.on("data", (chunk: Buffer) => (received += chunk.length));
    // Where it is cut off, that says more than that it does not come.
    let cutOff: string | undefined;
    answer.on("error", ({ message }) => (cutOff = message));
    await until(
      () => received === MUCH + 1 || cutOff !== undefined,
      (ended) => ended,
      {
        within: 10_000,
        // Where it stands still: before Redis, at the edge, or between the edge and the client.
        otherwise: () =>
          new Error(
            `${received} of ${MUCH + 1} bytes have come within 10 s: the owner has published ${published()}, the edge ${credited()} for credit; the client has read ${answer.socket.bytesRead} and ${answer.isPaused() ? "is paused" : "goes on"}.`,
          ),
      },
    );
    expect({ received, cutOff }).toEqual({ received: MUCH + 1, cutOff: undefined });
  });

  test("is cut off half a minute after its session is over", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    using line = await upgrade(relay.edge, await openSession(relay.owner));
    await holds(() => relay.owner.sessions[0]?.transport.name === "websocket", "the upgrade");
    const published = countPublished(relay.owner);
    line.socket.pause();
    relay.owner.sessions[0]?.send("x".repeat(MUCH));
    await still(published);
    const { http } = relay.edge;
    const open = () =>
      new Promise<number>((resolve) => http.getConnections((_, count) => resolve(count)));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });

    relay.owner.engine.close();
    await holds(() => relay.edge.engine.relay.tunnels === 0, "the end at the edge");
    const before = await open();
    vi.advanceTimersByTime(30_000);
    vi.useRealTimers();

    await until(open, (count) => count === 0, {
      within: 1000,
      otherwise: (count) => new Error(`${count} of ${before} connections are open.`),
    });
    expect(before).toBe(1);
  });

  test("and whose session is over leaves no tunnel behind", async ({ ownRedis, prefix }) => {
    const options = { pingInterval: 200, pingTimeout: 200 };
    await using relay = await openRelay({ redis: ownRedis, prefix, options });
    using line = await upgrade(relay.edge, await openSession(relay.owner));
    const session = relay.owner.sessions[0];
    await holds(() => session?.transport.name === "websocket", "the upgrade");
    line.socket.pause();
    session?.send("x".repeat(MUCH));

    await holds(() => relay.owner.closes.length > 0, "the end of the session");
    relay.owner.engine.close();

    await holds(() => relay.owner.engine.relay.tunnels === 0, "the end at the owner");
    await holds(() => relay.edge.engine.relay.tunnels === 0, "the end at the edge");
  });
});

describe("a client that sends slowly", () => {
  test("is waited for", async ({ redis, prefix }) => {
    await using relay = await openRelay({ redis, prefix });
    const sid = await openSession(relay.owner);
    const outgoing = begin(relay.edge, { method: "POST", sid });
    const heard: unknown[] = [];
    relay.owner.sessions[0]?.on("message", (data) => heard.push(data));

    for (const piece of ["4", "he", "ll", "o"]) {
      outgoing.write(piece);
      // Some beats long in all: how long it takes is what this is about.
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    outgoing.end();

    await holds(() => heard.length === 1, "the message");
    expect(heard).toEqual(["hello"]);
  });
});
