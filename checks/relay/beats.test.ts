import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import {
  encode,
  encodeClient,
  encodeList,
  Kind,
  NAME_LENGTH,
} from "../../solutions/07-share-the-handshake/frame.ts";
import { broken, holds, openParty, openTunnel, type Party } from "./party.ts";
import { test } from "./test.ts";

const BEAT = 1000;

// Beats come when a test says so; all other time is real, and so is Redis.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers().restoreAllMocks());

/** Lets a beat pass, and what is told in it, and what is answered, arrive everywhere. */
async function beat(...parties: Party[]): Promise<void> {
  vi.advanceTimersByTime(BEAT);
  for (let ways = 0; ways < 3; ways += 1) await arrival(parties);
}

/** What was published before, by one of these, has arrived now. */
async function arrival(parties: readonly Party[]): Promise<void> {
  await Promise.all(parties.map(({ publisher }) => publisher.isReady && publisher.ping()));
  await Promise.all(parties.map(({ subscriber }) => subscriber.isReady && subscriber.ping()));
}

describe("two workers that have tunnels", () => {
  test("keep them for as long as they like, though nothing is sent", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const { edge, owner } = await openTunnel(one, other);

    for (let beats = 0; beats < 100; beats += 1) await beat(one, other);

    expect([edge.destroyed, owner.destroyed]).toEqual([false, false]);
  });

  test.for(["edge", "owner"] as const)(
    "heal a last frame that the %s has sent and that got lost",
    async (by, { redis, prefix }) => {
      await using one = await openParty(redis, prefix);
      await using other = await openParty(redis, prefix);
      const { edge, owner } = await openTunnel(one, other);
      const [ender, left] = by === "edge" ? [edge, owner] : [owner, edge];
      const publisher = (by === "edge" ? one : other).publisher;
      await beat(one, other);

      const publish = vi.spyOn(publisher, "publish").mockResolvedValueOnce(1);
      ender.destroy();
      expect(publish).toHaveBeenCalledOnce();
      expect(left.destroyed).toBe(false);
      await beat(one, other);
      await beat(one, other);

      expect(left.destroyed).toBe(true);
      expect([one.tunnels.size, other.tunnels.size]).toEqual([0, 0]);
    },
  );

  test("give up the other when it is silent", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const { edge } = await openTunnel(one, other);
    await beat(one, other);
    // It still listens, so Redis does not tell; but it is as one whose process is stopped.
    vi.spyOn(other.publisher, "publish").mockResolvedValue(1);

    for (let beats = 0; beats < 4; beats += 1) await beat(one, other);

    expect(edge.destroyed).toBe(true);
    expect(await broken(edge)).toMatchObject({ isOwnerGone: true });
  });

  test("do not give up one that was silent for two beats", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const { edge, owner } = await openTunnel(one, other);
    await beat(one, other);
    await beat(one, other);
    const publish = vi.spyOn(other.publisher, "publish").mockResolvedValue(1);
    for (let beats = 0; beats < 2; beats += 1) await beat(one, other);
    publish.mockRestore();

    for (let beats = 0; beats < 5; beats += 1) await beat(one, other);

    expect([edge.destroyed, owner.destroyed]).toEqual([false, false]);
  });

  test("do not take a worker for silent that had nothing to say", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const first = await openTunnel(one, other);
    first.edge.destroy();
    await holds(() => one.tunnels.size + other.tunnels.size === 0, "the end");
    for (let beats = 0; beats < 10; beats += 1) await beat(one, other);

    const edge = one.tunnels.open(other.tunnels.name, {});
    edge.write("hello");
    // An owner with nothing to answer takes 50 ms to say that it accepts: a beat may fall in between.
    vi.advanceTimersByTime(BEAT);
    await holds(() => other.accepted.length === 2, "the tunnel at its owner");

    expect(edge.errored).toBeNull();
  });

  test("let those who are slow to read have what was sent before the end", async ({
    redis,
    prefix,
  }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const { edge, owner } = await openTunnel(one, other);
    owner.resume();
    owner.end(Buffer.alloc(200_000));
    await holds(() => owner.closed, "the end of the owner");

    for (let beats = 0; beats < 5; beats += 1) await beat(one, other);
    const chunks: Buffer[] = await edge.toArray();

    expect(Buffer.concat(chunks)).toHaveLength(200_000);
  });
});

describe("names of workers", () => {
  test("that are made up leave nothing behind", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    const names = Array.from({ length: 100 }, (_, at) => `${at}`.padStart(NAME_LENGTH, "_"));
    const tunnels = names.map((name) => one.tunnels.open(name, {}));
    for (const tunnel of tunnels) tunnel.write("hello");
    await Promise.all(tunnels.map(broken));

    await beat(one);

    // The beats end when nobody is remembered.
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of strangers that open nothing leave nothing behind", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    const channel = prefix + one.tunnels.name;
    const data = encodeList([1, 2, 3]);
    const kinds = [Kind.Data, Kind.End, Kind.Unknown, Kind.Alive];

    for (let at = 0; at < 100; at += 1) {
      const from = `${at}`.padStart(NAME_LENGTH, "_");
      const kind = kinds[at % 4] ?? Kind.Alive;
      const frame = { kind, from, tunnel: 1, number: 0, credit: 0, data };
      await one.publisher.publish(channel, encode(frame));
    }
    await arrival([one]);

    expect(one.tunnels.ignored).toBe(75);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that are forgotten are met anew", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    (await openTunnel(one, other)).edge.destroy();
    await holds(() => one.tunnels.size + other.tunnels.size === 0, "the end");
    for (let beats = 0; beats < 62; beats += 1) await beat(one, other);
    expect(vi.getTimerCount()).toBe(0);

    const { edge, owner } = await openTunnel(one, other);

    expect([edge.errored, owner.errored]).toEqual([null, null]);
  });
});

describe("closed tunnels", () => {
  test("leave no timer, no subscription and no tunnel", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const { edge, owner } = await openTunnel(one, other);
    const channels = () => other.publisher.pubSubChannels(`${prefix}*`);
    expect(await channels()).toHaveLength(2);

    one.tunnels.close();
    other.tunnels.close();
    await arrival([one, other]);

    expect(await channels()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    expect([one.tunnels.size, other.tunnels.size]).toEqual([0, 0]);
    expect([edge.destroyed, owner.destroyed]).toEqual([true, true]);
  });

  test("take nothing that was on its way", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using clients = await redis.clients();
    const bytes = encode({
      kind: Kind.Open,
      from: "Alien",
      tunnel: 1,
      number: 0,
      credit: 0,
      data: encodeClient({}),
    });

    // It has published before it could know of the close.
    const published = clients.publisher.publish(prefix + one.tunnels.name, bytes);
    one.tunnels.close();
    await published;
    await arrival([one]);

    expect(one.accepted).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("can be listened to again", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    await openTunnel(one, other);

    for (let times = 0; times < 3; times += 1) {
      other.tunnels.close();
      await other.tunnels.listen();
    }
    const { edge, owner } = await openTunnel(one, other);

    expect([edge.errored, owner.errored]).toEqual([null, null]);
    expect(await one.publisher.pubSubChannels(`${prefix}*`)).toHaveLength(2);
  });

  test("end at the other end, too", async ({ redis, prefix }) => {
    await using one = await openParty(redis, prefix);
    await using other = await openParty(redis, prefix);
    const { edge } = await openTunnel(one, other);

    other.tunnels.close();

    await holds(() => edge.readableEnded || edge.resume().destroyed, "the end at the edge");
    expect(edge.errored).toBeNull();
  });
});
