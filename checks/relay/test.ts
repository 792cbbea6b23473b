import { test as base } from "vitest";
import { startRedis, type PrivateRedis } from "../../workshop/stage/redis.ts";
import { openRun, type Run } from "../../workshop/stage/run.ts";
import { ClientPool, connectClients, type RedisClients } from "./redis-clients.ts";

let count = 0;

/** A Redis, and how one gets connections to it. */
export interface Redis {
  url: string;
  clients: () => Promise<RedisClients>;
}

/**
 * `test`, with a Redis that the tests of a file share, and for each of them a prefix that is its own.
 * Who kills a Redis, or its connections, takes one of `ownRedis`.
 */
export const test = base.extend<{
  $test: { prefix: string; ownRedis: Redis & PrivateRedis };
  $file: { run: Run; redis: Redis };
}>({
  run: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using run = await openRun();
      await use(run);
    },
    { scope: "file" },
  ],
  redis: [
    async ({ run }, use) => {
      await using redis = await startRedis(run);
      await using pool = new ClientPool(redis.url);
      await use({ url: redis.url, clients: () => pool.lend() });
    },
    { scope: "file" },
  ],
  ownRedis: async ({ run }, use) => {
    await using redis = await startRedis(run, `redis-${(count += 1)}`);
    const { url } = redis;
    await use(Object.assign(redis, { clients: () => connectClients(url) }));
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
  prefix: async ({}, use) => {
    await use(`test-${(count += 1)}:`);
  },
});
