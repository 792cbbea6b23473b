/** The connections of this worker to Redis. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";

const url = process.env.REDIS_URL ?? "redis://localhost:6379";

//#region answer 5.1
export const publisher = createClient({ url });
publisher.on("error", (error: Error) => console.error(error.message));
export const subscriber = publisher;
//#endregion

/** Connects it once. */
export async function connectRedis(): Promise<void> {
  await publisher.connect();
}

/** Closes both once what is under way is answered; a Redis that hangs is not waited for. */
export async function closeRedis(): Promise<void> {
  const closed = Promise.allSettled([publisher.close()]);
  await Promise.race([closed, sleep(1000)]);
}
