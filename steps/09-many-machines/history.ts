/** What has been said, as Redis keeps it: a stream, whose entries have ids that grow. */
import type { WorkerId } from "../../page/events.ts";
import { publisher } from "./redis.ts";

const PREFIX = process.env.REDIS_PREFIX ?? "chat";
export const STREAM = `${PREFIX}:history`;
/** How many messages are kept. A client that misses more is told so. */
const KEPT = Number(process.env.HISTORY ?? 10_000);
/**
 * For how long Redis remembers the id of a message, in seconds: longer than a worker may be frozen and
 * a client may go on sending it again.
 */
const REMEMBERED = 600;
/** How many messages are read at a time. */
export const PAGE = 500;

/** What a client says: the id is the client's own, and stays the same when it is sent again. */
export interface Message {
  id: string;
  text: string;
  room: string;
  /** The first characters of the sender's public socket id. */
  from: string;
  worker: WorkerId;
}

/** A message in its place in the stream. */
export interface Kept extends Message {
  /** The id of its entry. Who has heard this message has heard all before it. */
  offset: string;
}

/** An entry of the stream as the redis package gives it. */
export interface Entry {
  id: string;
  message: Record<string, string>;
}

/**
 * Keeps a message, once: whoever says it again, through whichever worker, and however late, changes
 * nothing. A script is one step to Redis: nobody comes between its lines.
 *
 * @throws Error when Redis does not answer. Then nobody knows whether the message is kept.
 */
export async function append({ id, text, room, from, worker }: Message): Promise<void> {
  const fields = { id, text, room, from, worker: JSON.stringify(worker) };
  await publisher.eval(
    `if redis.call("SET", KEYS[2], "", "NX", "EX", ARGV[1]) then
       redis.call("XADD", KEYS[1], "MAXLEN", "~", ARGV[2], "*", unpack(ARGV, 3))
     end`,
    {
      keys: [STREAM, `${PREFIX}:said:${id}`],
      arguments: [String(REMEMBERED), String(KEPT), ...Object.entries(fields).flat()],
    },
  );
}

/**
 * Whether this entry is still there. Streams are trimmed from their beginning: where it is, all is that
 * came after it.
 */
export async function holds(offset: string): Promise<boolean> {
  const found = await publisher.xRange(STREAM, offset, offset, { COUNT: 1 });
  return found !== null && found.length > 0;
}

/** Up to 500 messages after one offset, up to another, and where the next of them begin. */
export async function between(after: string, end: string): Promise<{ kept: Kept[]; at: string }> {
  const entries = (await publisher.xRange(STREAM, `(${after}`, end, { COUNT: PAGE })) ?? [];
  const last = entries.length === PAGE ? entries.at(-1) : undefined;
  return { kept: entries.flatMap(toKept), at: last?.id ?? end };
}

/** The last entry. A stream begins with one of nobody's, so that there is one to compare with. */
export async function newest(): Promise<string> {
  const last = await publisher.xRevRange(STREAM, "+", "-", { COUNT: 1 });
  return last?.[0]?.id ?? (await publisher.xAdd(STREAM, "*", { room: "" }));
}

/** The message in an entry; none in what others have put there. */
export function toKept({ id: offset, message }: Entry): Kept[] {
  const { id, text, room, from, worker } = message;
  if (!id || !text || !room || !from || !worker) return [];
  try {
    return [{ id, text, room, from, worker: JSON.parse(worker), offset }];
  } catch {
    return [];
  }
}

/** Whether an offset comes before another: they are two numbers, `1763942400000-0`. */
export function isBefore(one: string, other: string): boolean {
  const [ms = 0, number = 0] = one.split("-").map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split("-").map(Number);
  return ms < otherMs || (ms === otherMs && number < otherNumber);
}
