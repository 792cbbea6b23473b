/** The connections of this worker to Redis. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";

const url = process.env.REDIS_URL ?? "redis://localhost:6379";

/**
 * For everything but subscriptions. While Redis is away it refuses at once: what waits in a queue comes
 * out when nobody expects it any more.
 */
export const publisher = createClient({ url, disableOfflineQueue: true });

/** For subscriptions. After a break it makes them again by itself. */
export const subscriber = createClient({ url });

for (const [name, client] of Object.entries({ publisher, subscriber })) {
  // An "error" that nobody listens to ends the process; heard, it is followed by a new try.
  client.on("error", (error: Error) => console.error(`redis ${name}: ${error.message}`));
}

/** Connects both. A Redis that is away is waited for: the clients try again and again. */
export async function connectRedis(): Promise<void> {
  await Promise.all([publisher.connect(), subscriber.connect()]);
}

/** Closes both once what is under way is answered; a Redis that hangs is not waited for. */
export async function closeRedis(): Promise<void> {
  const closed = Promise.allSettled([publisher.close(), subscriber.close()]);
  await Promise.race([closed, sleep(1000)]);
}
