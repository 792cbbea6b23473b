import { createClient } from "redis";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";

/** In no message format that a worker could have thought of is one of these a message. */
const FROM = { from: "evil", worker: { instance: 0, pid: 1 } };
const LONG = "x".repeat(1_000_000);

/**
 * What somebody else might publish on a channel of ours: not JSON, JSON of another kind, and nearly
 * ours with what must not be in it.
 */
export const MALFORMED: readonly (string | Buffer)[] = [
  "",
  "{",
  "hello",
  "null",
  "42",
  "[]",
  '"text"',
  "{}",
  '{"__proto__":{"text":"odd"}}',
  Buffer.from([0xff, 0x00, 0xfe, 0x7b]),
  JSON.stringify({ origin: "odd" }),
  JSON.stringify({ origin: "odd", said: null }),
  JSON.stringify({ origin: "odd", said: { text: 42, ...FROM } }),
  JSON.stringify({ origin: "odd", said: { text: ["odd"], ...FROM } }),
  JSON.stringify({ origin: "odd", said: { text: "", ...FROM } }),
  JSON.stringify({ origin: "odd", said: { text: LONG, ...FROM } }),
  JSON.stringify({ text: LONG, ...FROM }),
  JSON.stringify({ origin: "odd", said: { text: "odd", from: "evil", worker: null } }),
  JSON.stringify({ text: { toString: "odd" }, ...FROM }),
];

/** Publishes each of these on each of the channels, as a stranger would. */
export async function publishAll(
  redis: PrivateRedis,
  channels: readonly string[],
  payloads: readonly (string | Buffer)[],
): Promise<void> {
  const stranger = createClient({ url: redis.url });
  stranger.on("error", () => {});
  await stranger.connect();
  for (const channel of channels) {
    for (const payload of payloads) await stranger.publish(channel, payload);
  }
  stranger.destroy();
}
