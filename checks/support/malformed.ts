import { setImmediate as tick } from "node:timers/promises";
import { createClient } from "redis";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { eventually } from "../../workshop/stage/until.ts";

/** How long what everybody has heard may take to a stranger, in ms; measured: 1. */
const HEARD_WITHIN = 500;

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
  await withStranger(redis, async (stranger) => {
    for (const channel of channels) {
      for (const payload of payloads) await stranger.publish(channel, payload);
    }
  });
}

/**
 * Publishes something, and right after it what the app publishes while something is done: Redis is
 * frozen until both are on their way, so that they come to the workers in one piece.
 */
export async function publishJustBefore(
  redis: PrivateRedis,
  channels: readonly string[],
  payload: string,
  act: () => Promise<void>,
): Promise<void> {
  await withStranger(redis, async (stranger) => {
    redis.pause();
    const published = channels.map((channel) => stranger.publish(channel, payload));
    try {
      // A client of Redis writes at the end of the turn in which it is asked to.
      await tick();
      await act();
    } finally {
      redis.resume();
    }
    await Promise.all(published);
  });
}

/** Does something that is published on these channels, and gives what came on them. */
export async function overhear(
  redis: PrivateRedis,
  channels: readonly string[],
  act: () => Promise<void>,
): Promise<string[]> {
  const heard: string[] = [];
  await withStranger(redis, async (stranger) => {
    await stranger.subscribe([...channels], (message) => heard.push(message));
    await act();
    await eventually(() => heard.length > 0, Boolean, HEARD_WITHIN);
  });
  return heard;
}

/**
 * A message as the app writes it, spoilt: with what is no text in place of its text, and with nothing
 * where the text and all beside it stood. None, if it is not JSON or has no such text.
 */
export function spoilt(message: string, text: string): string[] {
  let whole: unknown;
  try {
    whole = JSON.parse(message);
  } catch {
    return [];
  }
  const ways: ((value: unknown) => unknown)[] = [
    ...[42, null, "", LONG, ["odd"], { toString: "odd" }].map(
      (odd) => (value: unknown) => (value === text ? odd : value),
    ),
    (value) => (isObject(value) && Object.values(value).includes(text) ? null : value),
  ];
  return ways
    .map((way) => JSON.stringify(whole, (_, value: unknown) => way(value)))
    .filter((odd) => odd !== JSON.stringify(whole));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Does something on a connection of a stranger's. */
export async function withStranger<T>(
  redis: PrivateRedis,
  act: (stranger: Stranger) => Promise<T>,
): Promise<T> {
  const stranger = createClient({ url: redis.url });
  stranger.on("error", () => {});
  await stranger.connect();
  try {
    return await act(stranger);
  } finally {
    stranger.destroy();
  }
}

type Stranger = Pick<ReturnType<typeof createClient>, "publish" | "subscribe" | "sendCommand">;
