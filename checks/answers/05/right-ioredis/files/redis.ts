/** The connections of this worker to Redis, by ioredis. */
import { Redis } from "ioredis";

const url = process.env.REDIS_URL ?? "redis://localhost:6379";

const options = {
  lazyConnect: true,
  maxRetriesPerRequest: 1,
  retryStrategy: (times: number) => Math.min(times * 100, 1000),
};

export const publisher = new Redis(url, { ...options, enableOfflineQueue: false });
// What it is asked waits for as long as it takes.
export const subscriber = new Redis(url, { ...options, maxRetriesPerRequest: null });

publisher.on("error", (error) => console.error(`redis publisher: ${error.message}`));
subscriber.on("error", (error) => console.error(`redis subscriber: ${error.message}`));

/** Connects both; they go on trying by themselves. */
export async function connectRedis(): Promise<void> {
  await Promise.allSettled([publisher.connect(), subscriber.connect()]);
}

export async function closeRedis(): Promise<void> {
  publisher.disconnect();
  subscriber.disconnect();
}
