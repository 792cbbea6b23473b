import { once, EventEmitter } from "node:events";
import { createClient } from "redis";

/** The bare echo's channels: there and back. */
const [PING, PONG] = ["bench:ping", "bench:pong"];
/** About as long as a frame that carries a short message. */
const PAYLOAD = Buffer.alloc(64, "x");

/** Echoes, in this process, what comes on one channel on another. */
export async function startEcho({ redisUrl }: { redisUrl: string }): Promise<void> {
  const { publisher, subscriber } = await connectTo(redisUrl);
  await subscriber.subscribe(PING, (message) => void publisher.publish(PONG, message), true);
}

let pinging: Awaited<ReturnType<typeof startPinging>> | undefined;

/** Publishes, and waits until the other process has published the same. Gives each time, in ms. */
export async function ping({
  redisUrl,
  count,
}: {
  redisUrl: string;
  count: number;
}): Promise<number[]> {
  const { publisher, pongs } = (pinging ??= await startPinging(redisUrl));
  const times: number[] = [];
  while (times.length < count) {
    const start = performance.now();
    const pong = once(pongs, "pong");
    await Promise.all([publisher.publish(PING, PAYLOAD), pong]);
    times.push(performance.now() - start);
  }
  return times;
}

async function startPinging(redisUrl: string) {
  const { publisher, subscriber } = await connectTo(redisUrl);
  const pongs = new EventEmitter<{ pong: [] }>();
  await subscriber.subscribe(PONG, () => pongs.emit("pong"), true);
  return { publisher, pongs };
}

async function connectTo(url: string) {
  const [publisher, subscriber] = [createClient({ url }), createClient({ url })];
  for (const client of [publisher, subscriber]) client.on("error", () => {});
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return { publisher, subscriber };
}
