import * as adapters from "@socket.io/redis-adapter";
import { Server } from "socket.io";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import { createTolerantAdapter as createOne } from "../solutions/06-redis-adapter/tolerant.ts";
import { createTolerantAdapter as createEither } from "../solutions/09-many-machines/tolerant.ts";
import { tell } from "../workshop/testing/redis.ts";
import { holds } from "./relay/party.ts";
import type { RedisClients } from "./relay/redis-clients.ts";
import { test } from "./relay/test.ts";

const ADAPTERS = {
  "step 6": ({ publisher, subscriber }: RedisClients) =>
    createOne(publisher, subscriber, { key: "test" }),
  "step 9": ({ publisher, subscriber }: RedisClients) =>
    createEither(adapters.createShardedAdapter, publisher, subscriber, {
      channelPrefix: "test",
      subscriptionMode: "static",
    }),
};

/** What is said in the log. */
let complaints: string[] = [];

beforeEach(() => {
  complaints = [];
  vi.spyOn(console, "error").mockImplementation((line) => void complaints.push(String(line)));
});

afterEach(() => void vi.restoreAllMocks());

/** A server without clients, and the server-side events that it hears. */
function open(adapter: (typeof ADAPTERS)["step 6" | "step 9"], clients: RedisClients) {
  const server = new Server({ adapter: adapter(clients) });
  const heard: string[] = [];
  for (const event of ["knock", "done", "connect", "connection", "new_namespace"]) {
    server.on(event, () => heard.push(event));
  }
  return { server, heard };
}

/** Knocks until it is heard: whoever has just come is not known to all yet. */
async function mustBeHeard(from: Server, heard: readonly string[]): Promise<void> {
  await holds(() => {
    from.serverSideEmit("knock");
    return heard.length > 0;
  }, "a knock");
}

describe.each(Object.entries(ADAPTERS))("the tolerant adapter of %s", (_, adapter) => {
  test("hears the others in the end, when Redis refused its subscriptions at first", async ({
    ownRedis,
  }) => {
    await tell(ownRedis.url, "ACL", "SETUSER", "default", "resetchannels");
    await using clients = await ownRedis.clients();
    const { heard } = open(adapter, clients);
    await holds(() => complaints.some((line) => line.includes("not subscribed")), "a complaint");

    await tell(ownRedis.url, "ACL", "SETUSER", "default", "allchannels");
    await using others = await ownRedis.clients();
    const { server: other } = open(adapter, others);

    await mustBeHeard(other, heard);
  });

  test("hears nothing from others that Socket.IO alone may say", async ({ ownRedis }) => {
    await using clients = await ownRedis.clients();
    const { heard } = open(adapter, clients);
    await using others = await ownRedis.clients();
    const { server: other } = open(adapter, others);
    await mustBeHeard(other, heard);

    for (const event of ["connect", "connection", "new_namespace", ["connection"]]) {
      other.of("/").adapter.serverSideEmit([event, {}]);
    }
    other.serverSideEmit("done");

    await holds(() => heard.includes("done"), "what was said after them");
    expect(new Set(heard)).toEqual(new Set(["knock", "done"]));
    expect(complaints).toHaveLength(4);
  });
});
