import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect } from "vitest";
import {
  encode,
  encodeClient,
  Kind,
  NOTHING,
  WINDOW,
  type Frame,
} from "../../solutions/07-share-the-handshake/frame.ts";
import { talkTo } from "../../workshop/testing/redis.ts";
import { broken, holds, openParty, openTunnel } from "./party.ts";
import { connectClients } from "./redis-clients.ts";
import { test, type Redis } from "./test.ts";

const NOBODY = "Nobod";

/** A frame of a stranger. */
const stranger = (what: Partial<Frame>): Frame => ({
  kind: Kind.Open,
  from: "Alien",
  tunnel: 1,
  number: 0,
  credit: 0,
  data: encodeClient({}),
  ...what,
});

describe("a tunnel", () => {
  test("carries bytes both ways, and ends at both ends", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const { edge, owner } = await openTunnel(one, other);

    edge.end("bye");

    await holds(() => owner.readableLength === 3, "the last bytes");
    owner.resume();
    edge.resume();
    await holds(() => one.tunnels.size + other.tunnels.size === 0, "the end");
    expect([edge.errored, owner.errored]).toEqual([null, null]);
  });

  test("knows who the client is", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const client = {
      remoteAddress: "2001:db8::1",
      remotePort: 4711,
      remoteFamily: "IPv6",
      encrypted: true,
    };

    one.tunnels.open(other.tunnels.name, client).write("hello");
    await holds(() => other.accepted.length === 1, "the tunnel");

    expect(other.accepted[0]).toMatchObject(client);
  });

  test("breaks at once when nobody listens", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    const tunnel = one.tunnels.open(NOBODY, {});
    tunnel.write("hello");

    const { message, isOwnerGone, after } = await broken(tunnel);

    expect([message, isOwnerGone]).toEqual(["the other worker is gone", true]);
    expect(after).toBeLessThan(450);
  });

  test("breaks within half a second when only a watcher listens", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using watcher = await connectClients(redis.url);
    await watcher.subscriber.pSubscribe(`${prefix}*`, () => {});
    const tunnel = one.tunnels.open(NOBODY, {});
    tunnel.write("hello");

    const { isOwnerGone, after } = await broken(tunnel);

    expect(isOwnerGone).toBe(true);
    expect(after).toBeGreaterThan(400);
    expect(after).toBeLessThan(1500);
  });

  test("does not break because its own worker was too busy to hear", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    let accept = () => {};
    const accepted = new Promise<void>((resolve) => (accept = resolve));
    await using other = await openParty(redis, prefix, (tunnel) => {
      tunnel.write("hi");
      accept();
    });
    const tunnel = one.tunnels.open(other.tunnels.name, {});
    tunnel.write("hello");
    await accepted;
    // In one of these turns it is written to Redis.
    for (let turns = 0; turns < 2; turns += 1) await turn();

    // Meanwhile Redis brings the answer, and the time for it passes.
    for (const start = performance.now(); performance.now() - start < 600;);
    await holds(() => tunnel.readableLength === 2 || tunnel.destroyed, "the answer");

    expect(tunnel.errored).toBeNull();
  });

  test("breaks at once, and the owner is not called gone, when Redis is away", async ({
    redis,
    prefix,
  }) => {
    await using one = await openParty(redis, prefix);
    one.publisher.destroy();
    const tunnel = one.tunnels.open(NOBODY, {});
    tunnel.write("hello");

    expect(await broken(tunnel)).toMatchObject({ message: "Redis is away", isOwnerGone: false });
  });
});

describe("a frame", () => {
  test("that opens a tunnel is taken once, however often it comes", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    const channel = prefix + one.tunnels.name;
    using talk = await talkTo(redis.url);
    await using stranger = await openStranger(redis, channel);

    await stranger.publish({});
    await stranger.publish({});
    one.accepted[0]?.destroy();
    await holds(() => one.tunnels.size === 0, "the end of the tunnel");
    await stranger.publish({});
    await talk.send("PING");

    await holds(() => one.tunnels.ignored === 2, "two frames that were ignored");
    expect(one.accepted).toHaveLength(1);
  });

  test.for([
    ["nothing", NOTHING],
    ["text", Buffer.from("hello")],
    ["noise", randomBytes(100)],
    ["an Open without a client", encode(stranger({ data: NOTHING }))],
    ["an Open of the owner's side", encode(stranger({ tunnel: -1 }))],
    ["an Open without a number", encode(stranger({ tunnel: 0 }))],
    ["an Open that is not the first", encode(stranger({ number: 1 }))],
    ["an End of no tunnel", encode(stranger({ kind: Kind.End }))],
    ["an Unknown of no tunnel", encode(stranger({ kind: Kind.Unknown }))],
    [
      "Data of the tunnel that has no negative",
      encode(stranger({ kind: Kind.Data, tunnel: -(2 ** 31) })),
    ],
  ] as const)("that is %s is ignored", async ([, bytes], { redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);

    await other.publisher.publish(prefix + one.tunnels.name, bytes);

    await holds(() => one.tunnels.ignored === 1, "a frame that was ignored");
    expect(one.tunnels.size).toBe(0);
    const { edge, owner } = await openTunnel(other, one);
    expect([edge.errored, owner.errored]).toEqual([null, null]);
  });

  test("of oneself is ignored", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    const own = encode(stranger({ from: one.tunnels.name }));

    await one.publisher.publish(prefix + one.tunnels.name, own);

    await holds(() => one.tunnels.ignored === 1, "a frame that was ignored");
    expect(one.accepted).toEqual([]);
  });

  test("with a whole window opens a tunnel as others do", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using stranger = await openStranger(redis, prefix + one.tunnels.name);

    await stranger.publish({ data: Buffer.concat([encodeClient({}), Buffer.alloc(WINDOW)]) });

    await holds(() => one.accepted[0]?.readableLength === WINDOW, "the window");
  });
});

/** Who publishes frames of its own making on somebody's channel. */
async function openStranger(redis: Redis, channel: string) {
  const clients = await redis.clients();
  return {
    publish: (what: Partial<Frame>) => clients.publisher.publish(channel, encode(stranger(what))),
    [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
  };
}
