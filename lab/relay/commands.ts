import { createClient } from "redis";

/** What a Redis has done so far. */
export interface Tally {
  /** Commands of every kind, but not what asks for this tally. */
  commands: number;
  publishes: number;
  /** Bytes that it has sent: a PUBLISH that many hear costs many times its length. */
  bytesOut: number;
}

/** Asks a Redis how many commands it has carried out. Disposing it closes its connection. */
export interface Counter extends AsyncDisposable {
  tally: () => Promise<Tally>;
}

export async function startCounter(url: string): Promise<Counter> {
  const client = createClient({ url });
  client.on("error", () => {});
  await client.connect();
  return {
    async tally() {
      return parseTally(await client.info("commandstats"), await client.info("stats"));
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

/** Reads the two sections of INFO. */
export function parseTally(commandstats: string, stats: string): Tally {
  const calls = [...commandstats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)]
    .map(([, name = "", count]) => ({ name, count: Number(count) }))
    .filter(({ name }) => name !== "info");
  return {
    commands: calls.reduce((sum, { count }) => sum + count, 0),
    publishes: calls.find(({ name }) => name === "publish")?.count ?? 0,
    bytesOut: Number(/^total_net_output_bytes:(\d+)/m.exec(stats)?.[1] ?? 0),
  };
}
