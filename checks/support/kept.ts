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

/** How many of its texts stay for ever, and the key of one. */
export function readLasting(redis: PrivateRedis): Promise<{ count: number; key: string }> {
  return withClient(redis, async (client) => {
    const lasting = { count: 0, key: "" };
    for await (const keys of client.scanIterator({ TYPE: "string" })) {
      for (const key of keys) {
        if ((await client.ttl(key)) !== -1) continue;
        lasting.count += 1;
        lasting.key = key;
      }
    }
    return lasting;
  });
}

/** Adds an entry to a stream, as another program might. */
export async function addEntry(
  redis: PrivateRedis,
  key: string,
  fields: Record<string, string>,
): Promise<void> {
  await withClient(redis, (client) => client.xAdd(key, "*", fields));
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
