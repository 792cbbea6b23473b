import { createClient } from "redis";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { until } from "../../workshop/stage/until.ts";
import { REDIS_PREFIX } from "./ground.ts";
import { onAdapter } from "./hosts-seen.ts";
import { must } from "./must.ts";

/** How long it may take until all workers have subscribed, in ms. */
const SUBSCRIBED_WITHIN = 8_000;

interface Subscriptions {
  /** The sharded channel that most listen on, and how many. */
  widest: { channel: string; listeners: number } | undefined;
  /** How many sharded channels there are. */
  channels: number;
  /** How many patterns there are: the plain adapter listens by one. */
  patterns: number;
}

/** Every worker of every host must listen on the channel of the sharded adapter. @throws NotYet */
export async function mustBeSharded(redis: PrivateRedis, workers: number): Promise<string> {
  const seen = await until(
    () => subscriptionsOf(redis),
    ({ widest, patterns }) => widest?.listeners === workers && patterns === 0,
    {
      within: SUBSCRIBED_WITHIN,
      otherwise: (last) => ({
        expected: `${workers} workers to listen on one sharded channel of Redis (SSUBSCRIBE), and on no pattern`,
        seen: !last?.widest
          ? `no sharded channel${last?.patterns ? ", and a pattern (PSUBSCRIBE), as createAdapter has it" : ""}`
          : `${last.widest.listeners} on ${last.widest.channel}${last.patterns ? ", and a pattern (PSUBSCRIBE)" : ""}`,
        look: onAdapter,
        hint: last?.widest
          ? "All workers of all hosts have the same Redis, and the same channelPrefix."
          : "adapters.createShardedAdapter takes the place of adapters.createAdapter.",
      }),
    },
  );
  const { channel = "" } = seen.widest ?? {};
  must(channel.startsWith(REDIS_PREFIX), {
    expected: `the names of the adapter's channels to begin with REDIS_PREFIX, "${REDIS_PREFIX}" here: a Redis has many users`,
    seen: channel,
    look: onAdapter,
    hint: "What was key for createAdapter, createShardedAdapter calls channelPrefix.",
  });
  return `${channel}: ${seen.widest?.listeners} workers have it by SSUBSCRIBE; ${seen.channels} sharded channels in all`;
}

async function subscriptionsOf({ url }: PrivateRedis): Promise<Subscriptions> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    const channels = await client.pubSubShardChannels();
    const counts = channels.length > 0 ? await client.pubSubShardNumSub(channels) : {};
    const [widest] = Object.entries(counts)
      .map(([channel, listeners]) => ({ channel, listeners: Number(listeners) }))
      .toSorted((one, other) => other.listeners - one.listeners);
    return { widest, channels: channels.length, patterns: await client.pubSubNumPat() };
  } finally {
    client.destroy();
  }
}
