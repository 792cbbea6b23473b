import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import type { Where } from "./arrivals.ts";

/** What one process has heard of messages that everybody should hear. */
export interface Heard {
  /** How many came in. */
  count: number;
  /** Of each: from when it was said, by whichever process, until it was heard here, in ms. */
  latencies: number[];
}

/** How long a client may take to connect, in ms; it tries again when it fails. */
const CONNECT_WITHIN = 20_000;
/** How many of a process connect at the same time: all at once are a test of something else. */
const AT_ONCE = 20;

let audience: Socket[] = [];
let heard: Heard = { count: 0, latencies: [] };

/** Connects clients that stay. Gives how many are there. */
export async function attend({ count, ...where }: Where & { count: number }): Promise<number> {
  while (count > 0) {
    const group = Array.from({ length: Math.min(count, AT_ONCE) }, () => come(where));
    count -= group.length;
    const there = (await Promise.all(group)).filter((socket) => socket !== undefined);
    audience.push(...there);
  }
  return audience.length;
}

async function come({ url, transports }: Where): Promise<Socket | undefined> {
  const socket = io(url, { transports, forceNew: true, reconnectionDelay: 100 });
  socket.on("said", (text: string) => {
    heard.count += 1;
    heard.latencies.push(now() - Number(text.split(" ")[0]));
  });
  const connected = new Promise<boolean>((done) => socket.once("hello", () => done(true)));
  const isThere = await Promise.race([connected, sleep(CONNECT_WITHIN, false, { ref: false })]);
  if (isThere) return socket;
  socket.disconnect();
  return undefined;
}

/** All of them leave. */
export function leave(): void {
  for (const socket of audience) socket.disconnect();
  audience = [];
}

/** From now on it is counted what they hear. */
export function listen(): void {
  heard = { count: 0, latencies: [] };
}

/**
 * They say so many things to everybody, each in turn, one every so many ms, as text of that many
 * bytes. Gives how many were said.
 */
export async function speak({
  count,
  every,
  bytes,
}: {
  count: number;
  every: number;
  bytes: number;
}): Promise<number> {
  const start = performance.now();
  let said = 0;
  for (; said < count; said += 1) {
    const due = start + said * every;
    if (due > performance.now()) await sleep(due - performance.now());
    audience[said % audience.length]?.emit("say", `${now()} `.padEnd(bytes, "x"));
  }
  return said;
}

/** What they have heard since they listen. */
export function hear(): Heard {
  return heard;
}

/** The clock that all processes of a machine share, in ms with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
