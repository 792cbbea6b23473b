import { createClient } from "redis";

/** How a worker of 2014 writes a message: who sends it, and what. */
const PUBLISHED = /"publish" "([\w-]+)"/i;

/** What a Redis answers to what one would type into `redis-cli`. Disposing it ends the connection. */
export interface RedisCli extends AsyncDisposable {
  ping: () => Promise<string>;
  /** The channels that somebody listens on, in the order of the alphabet. */
  channels: () => Promise<string[]>;
  /** How many listen on a channel. */
  listeners: (channel: string) => Promise<number>;
}

export async function openRedisCli(url: string): Promise<RedisCli> {
  const client = await connect(url);
  return {
    ping: () => client.ping(),
    channels: async () => (await client.pubSubChannels()).sort(),
    listeners: async (channel) => Number((await client.pubSubNumSub([channel]))[channel]),
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

/** What is published on a Redis from now on. */
export interface Overheard extends AsyncDisposable {
  /** How often on each channel, the busiest first. */
  counts: () => [channel: string, count: number][];
}

/** Listens with MONITOR, which is no subscriber: nobody counts it. */
export async function overhear(url: string): Promise<Overheard> {
  const client = await connect(url);
  const counts = new Map<string, number>();
  await client.monitor((line) => {
    const [, channel] = PUBLISHED.exec(String(line)) ?? [];
    if (channel) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  });
  return {
    counts: () => [...counts].sort(([, one], [, other]) => other - one),
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

async function connect(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  // It goes away with the house.
  client.on("error", () => {});
  await client.connect();
  return client;
}
