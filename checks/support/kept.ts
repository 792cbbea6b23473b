import { createClient, type RedisClientType } from "redis";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";

/** A stream of Redis, whichever key it has. */
export interface Stream {
  key: string;
  entries: { id: string; message: Record<string, string> }[];
}

/** The longest stream that this Redis keeps; undefined when there is none. */
export function readStream(redis: PrivateRedis): Promise<Stream | undefined> {
  return withClient(redis, async (client) => {
    const streams: Stream[] = [];
    for await (const keys of client.scanIterator({ TYPE: "stream" })) {
      for (const key of keys) {
        streams.push({ key, entries: (await client.xRange(key, "-", "+")) ?? [] });
      }
    }
    return streams.toSorted((a, b) => b.entries.length - a.entries.length)[0];
  });
}

/**
 * How many things it holds for ever besides streams, and the key of one: texts, and what is in sets and
 * hashes, whose members do not go one by one.
 */
export function readLasting(redis: PrivateRedis): Promise<{ count: number; key: string }> {
  return withClient(redis, async (client) => {
    const lasting = { count: 0, key: "" };
    const sizes = {
      string: async () => 1,
      set: (key: string) => client.sCard(key),
      hash: (key: string) => client.hLen(key),
    };
    for (const [TYPE, sizeOf] of Object.entries(sizes)) {
      for await (const keys of client.scanIterator({ TYPE })) {
        for (const key of keys) {
          if ((await client.ttl(key)) !== -1) continue;
          lasting.count += await sizeOf(key);
          lasting.key = key;
        }
      }
    }
    return lasting;
  });
}

/** How long it still keeps the keys that have this in their names, in ms. Not those that stay. */
export function readTimesLeft(redis: PrivateRedis, part: string): Promise<number[]> {
  return withClient(redis, async (client) => {
    const left: number[] = [];
    for await (const keys of client.scanIterator({ MATCH: `*${part}*` })) {
      for (const key of keys) left.push(await client.pTTL(key));
    }
    return left.filter((ms) => ms >= 0);
  });
}

/** A command that Redis has got. */
export interface Overheard {
  /** The client's address; `lua` where a script has called it. */
  by: string;
  /** In capitals. */
  command: string;
  /** The rest, as MONITOR has it. */
  rest: string;
}

/** What Redis is told by anybody while something is done. */
export function overhear(redis: PrivateRedis, act: () => Promise<unknown>): Promise<Overheard[]> {
  return withClient(redis, async (client) => {
    const heard: Overheard[] = [];
    await client.monitor((line) => {
      const [, by = "", command = "", rest = ""] =
        /^\S+ \[\d+ (\S+)\] "(\w+)"(.*)$/s.exec(String(line)) ?? [];
      if (command) heard.push({ by, command: command.toUpperCase(), rest });
    });
    await act();
    return heard;
  });
}

/** Cuts the connections on which somebody waits for news of a stream. */
export async function cutReaders(redis: PrivateRedis): Promise<void> {
  await withClient(redis, async (client) => {
    for (const { id, cmd } of await client.clientList()) {
      if (/^xread/i.test(cmd)) await client.clientKill({ filter: "ID", id }).catch(() => {});
    }
  });
}

/**
 * Ends the waiting of those who wait for news of a stream, as if their time were over. Gives the ids of
 * their connections.
 */
export function hurryReaders(redis: PrivateRedis): Promise<number[]> {
  return withClient(redis, async (client) => {
    const hurried: number[] = [];
    for (const { id, cmd } of await client.clientList()) {
      if (!/^xread/i.test(cmd)) continue;
      // It may have ended by itself meanwhile.
      if ((await client.clientUnblock(id, "TIMEOUT")) === 1) hurried.push(id);
    }
    return hurried;
  });
}

/** Adds an entry to a stream, as another program might, and gives its place. */
export function addEntry(
  redis: PrivateRedis,
  key: string,
  fields: Record<string, string>,
): Promise<string> {
  return withClient(redis, (client) => client.xAdd(key, "*", fields));
}

/** The ids of the messages that it keeps, once for each entry. */
export async function keptIds(redis: PrivateRedis): Promise<string[]> {
  const stream = await readStream(redis);
  return (stream?.entries ?? []).flatMap(({ message }) => Object.values(message));
}

async function withClient<T>(
  { url }: PrivateRedis,
  act: (client: RedisClientType) => Promise<T>,
): Promise<T> {
  const client: RedisClientType = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    return await act(client);
  } finally {
    client.destroy();
  }
}
