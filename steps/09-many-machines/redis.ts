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

/**
 * For XREAD alone: while it waits for news, its connection can do nothing else. It waits 2 s at most, so
 * when nothing comes for longer, Redis has frozen. (A command that has been sent never times out.)
 */
export const reader = createClient({
  url,
  disableOfflineQueue: true,
  socket: {
    socketTimeout: 5000,
    // By itself it does not connect again after that.
    reconnectStrategy: (retries) => Math.min(retries * 50, 2000),
  },
});

for (const [name, client] of Object.entries({ publisher, subscriber, reader })) {
  // An "error" that nobody listens to ends the process; heard, it is followed by a new try.
  client.on("error", (error: Error) => console.error(`redis ${name}: ${error.message}`));
}

/** Connects all. A Redis that is away is waited for: the clients try again and again. */
export async function connectRedis(): Promise<void> {
  await Promise.all([publisher.connect(), subscriber.connect(), reader.connect()]);
}

/** Closes all once what is under way is answered; a Redis that hangs is not waited for. */
export async function closeRedis(): Promise<void> {
  // What it waits for may never come.
  if (reader.isOpen) reader.destroy();
  const closed = Promise.allSettled([publisher.close(), subscriber.close()]);
  await Promise.race([closed, sleep(1000)]);
}
