import { createClient } from "redis";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";

/** A stream of Redis, whichever key it has. */
export interface Stream {
  key: string;
  entries: { id: string; message: Record<string, string> }[];
}

/** The longest stream that this Redis keeps; undefined when there is none. */
export async function readStream({ url }: PrivateRedis): Promise<Stream | undefined> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    const streams: Stream[] = [];
    for await (const keys of client.scanIterator({ TYPE: "stream" })) {
      for (const key of keys) {
        streams.push({ key, entries: (await client.xRange(key, "-", "+")) ?? [] });
      }
    }
    return streams.toSorted((a, b) => b.entries.length - a.entries.length)[0];
  } finally {
    client.destroy();
  }
}

/** How many of its keys that are no streams stay for ever, and the name of one. */
export async function readLasting({ url }: PrivateRedis): Promise<{ count: number; key: string }> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    const lasting = { count: 0, key: "" };
    for await (const keys of client.scanIterator({ TYPE: "string" })) {
      for (const key of keys) {
        if ((await client.ttl(key)) !== -1) continue;
        lasting.count += 1;
        lasting.key = key;
      }
    }
    return lasting;
  } finally {
    client.destroy();
  }
}

/** The ids of the messages that it keeps, once for each entry. */
export async function keptIds(redis: PrivateRedis): Promise<string[]> {
  const stream = await readStream(redis);
  return (stream?.entries ?? []).flatMap(({ message }) => Object.values(message));
}
