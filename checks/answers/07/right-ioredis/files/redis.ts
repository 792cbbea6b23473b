/** The connections of this worker to Redis, by ioredis. */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

const url = process.env.REDIS_URL ?? "redis://localhost:6379";
const retryStrategy = (times: number) => Math.min(times * 50, 2000);

/** While Redis is away it refuses at once. */
export const publisher = new Redis(url, {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 5000,
  retryStrategy,
});

export const subscriber = new Redis(url, {
  lazyConnect: true,
  maxRetriesPerRequest: null,
  retryStrategy,
});

publisher.on("error", (error) => console.error(`redis publisher: ${error.message}`));
subscriber.on("error", (error) => console.error(`redis subscriber: ${error.message}`));

export async function connectRedis(): Promise<void> {
  await Promise.all([publisher.connect(), subscriber.connect()]);
}

export async function closeRedis(): Promise<void> {
  const closed = Promise.allSettled([publisher.quit(), subscriber.quit()]);
  await Promise.race([closed, sleep(1000)]);
  publisher.disconnect();
  subscriber.disconnect();
}
