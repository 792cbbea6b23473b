/** The connections of this worker to Redis. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";

const url = process.env.REDIS_URL ?? "redis://localhost:6379";

//#region TODO 5.1
// One client is too few: a second one, for the subscriptions. And each needs somebody who listens to
// its "error" event, or the first error ends this process.
export const publisher = createClient({ url });
export const subscriber = publisher;
//#endregion

/** Connects both. A Redis that is away is waited for: the clients try again and again. */
export async function connectRedis(): Promise<void> {
  await Promise.all([publisher.connect(), subscriber.connect()]);
}

/** Closes both once what is under way is answered; a Redis that hangs is not waited for. */
export async function closeRedis(): Promise<void> {
  const closed = Promise.allSettled([publisher.close(), subscriber.close()]);
  await Promise.race([closed, sleep(1000)]);
}
