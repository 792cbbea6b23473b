import { describe, expect } from "vitest";
import { tell } from "../../workshop/testing/redis.ts";
import { broken, holds, openParty, openTunnel, type Party } from "./party.ts";
import { test, type Redis } from "./test.ts";

/** Has Redis end a connection, and waits until its client knows. */
async function cut({ url }: Redis, client: Party["publisher"]): Promise<void> {
  const lost = new Promise<void>((resolve) => void client.once("reconnecting", resolve));
  const id = String(await client.clientId());
  await tell(url, "CLIENT", "KILL", "ID", id);
  await lost;
}

describe("when its subscription is cut, a worker", () => {
  test("breaks all its tunnels at once", async ({ ownRedis, prefix }) => {
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);
    const [out, back] = [await openTunnel(one, other), await openTunnel(other, one)];

    await cut(ownRedis, one.subscriber);

    const { after } = await broken(out.edge);
    expect(after).toBeLessThan(450);
    expect(await broken(back.owner)).toMatchObject({
      message: "the subscription was lost",
      isOwnerGone: false,
    });
  });

  test("tells the others, whose tunnels end", async ({ ownRedis, prefix }) => {
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);
    const { owner } = await openTunnel(one, other);
    owner.resume();

    await cut(ownRedis, one.subscriber);

    const { after } = await broken(owner);
    expect(after).toBeLessThan(450);
  });

  test("opens and takes new ones when it is back", async ({ ownRedis, prefix }) => {
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);
    await openTunnel(one, other);

    await Promise.all([cut(ownRedis, one.subscriber), cut(ownRedis, other.subscriber)]);
    await holds(() => one.subscriber.isReady && other.subscriber.isReady, "both again");

    const [out, back] = [await openTunnel(one, other), await openTunnel(other, one)];
    expect([out, back].flatMap(({ edge, owner }) => [edge.errored, owner.errored])).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("when its publisher is cut, a worker", () => {
  test("leaves no tunnel open at the other end for more than a few seconds", async ({
    ownRedis,
    prefix,
  }) => {
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);
    const { edge, owner } = await openTunnel(one, other);
    owner.resume();

    await cut(ownRedis, one.publisher);
    edge.write("this is lost");

    expect((await broken(edge)).isOwnerGone).toBe(false);
    await holds(() => owner.destroyed, "the end at the owner", 5000);
  });

  test("opens new ones when it is back", async ({ ownRedis, prefix }) => {
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);

    await cut(ownRedis, one.publisher);
    await holds(() => one.publisher.isReady, "it again");

    const { edge, owner } = await openTunnel(one, other);
    expect([edge.errored, owner.errored]).toEqual([null, null]);
  });
});

describe("when Redis is killed, a worker", () => {
  test("breaks its tunnels, and opens new ones once Redis is back", async ({
    ownRedis,
    prefix,
  }) => {
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);
    const { edge, owner } = await openTunnel(one, other);

    await ownRedis.kill();
    await broken(edge);
    await broken(owner);
    expect([one.tunnels.size, other.tunnels.size]).toEqual([0, 0]);
    await ownRedis.start();
    const all = [one, other].flatMap(({ publisher, subscriber }) => [publisher, subscriber]);
    await holds(() => all.every(({ isReady }) => isReady), "all connections");

    const next = await openTunnel(one, other);
    expect([next.edge.errored, next.owner.errored]).toEqual([null, null]);
  });

  test("does not wait for one that is frozen", async ({ ownRedis, prefix }) => {
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);
    ownRedis.pause();
    const edge = one.tunnels.open(other.tunnels.name, {});
    edge.write("hello");

    const { message, isOwnerGone, after } = await broken(edge);
    ownRedis.resume();

    expect([message, isOwnerGone]).toEqual(["Redis does not answer", false]);
    expect(after).toBeLessThan(1500);
  });
});

describe("a worker that may not subscribe", () => {
  test("says so, and tries again when it is asked", async ({ ownRedis, prefix }) => {
    await tell(ownRedis.url, "ACL", "SETUSER", "default", "resetchannels");
    await using one = await openParty(ownRedis, prefix);
    await using other = await openParty(ownRedis, prefix);
    expect(one.failures.map(({ message }) => message)).toEqual([expect.stringMatching(/^NOPERM/)]);
    await tell(ownRedis.url, "ACL", "SETUSER", "default", "allchannels");

    await one.tunnels.listen();
    await other.tunnels.listen();

    const { edge, owner } = await openTunnel(one, other);
    expect([edge.errored, owner.errored]).toEqual([null, null]);
  });
});
