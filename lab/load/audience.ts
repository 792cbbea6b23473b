import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";
import { ws } from "../cluster/ws.ts";
import type { Where } from "./arrivals.ts";

/** What one process has heard of messages that everybody should hear. */
export interface Heard {
  /** How many came in. */
  count: number;
  /** When the last one did, by the clock of all processes, in ms. */
  last: number;
  /** Of each: from when it was said, by whichever process, until it was heard here, in ms. */
  latencies: number[];
}

/** Somebody who is there. */
interface Listener {
  say: (text: string) => void;
  leave: () => void;
}

/** How long a client may take to connect, in ms; it tries again when it fails. */
const CONNECT_WITHIN = 20_000;
/** How many of a process connect at the same time: all at once are a test of something else. */
const AT_ONCE = 20;

let audience: Listener[] = [];
let heard: Heard = { count: 0, last: 0, latencies: [] };

/** Connects clients that stay. Gives how many are there. */
export async function attend({ count, ...where }: Where & { count: number }): Promise<number> {
  let left = count;
  while (left > 0) {
    const group = Array.from({ length: Math.min(left, AT_ONCE) }, () => come(where));
    left -= group.length;
    audience.push(...(await Promise.all(group)).filter((one) => one !== undefined));
  }
  return audience.length;
}

function come(where: Where): Promise<Listener | undefined> {
  return where.url.startsWith("ws:") ? comeBare(where.url) : comeBySocketIo(where);
}

async function comeBySocketIo({ url, transports }: Where): Promise<Listener | undefined> {
  const socket = io(url, { transports, forceNew: true, reconnectionDelay: 100 });
  socket.on("said", take);
  const connected = new Promise<boolean>((done) => socket.once("hello", () => done(true)));
  const isThere = await Promise.race([connected, sleep(CONNECT_WITHIN, false, { ref: false })]);
  if (isThere) {
    return { say: (text) => socket.emit("say", text), leave: () => socket.disconnect() };
  }
  socket.disconnect();
  return undefined;
}

async function comeBare(url: string): Promise<Listener | undefined> {
  const socket = new ws.WebSocket(url);
  const isThere = await new Promise<boolean>((done) => {
    socket.once("open", () => done(true));
    socket.once("error", () => done(false));
  });
  if (!isThere) return undefined;
  socket.on("message", (data) => {
    const text = String(data);
    if (text !== "hello") take(text);
  });
  return { say: (text) => socket.send(text), leave: () => socket.close() };
}

function take(text: string): void {
  heard.count += 1;
  heard.last = now();
  heard.latencies.push(heard.last - Number(text.slice(0, text.indexOf(" "))));
}

/** All of them leave. */
export function leave(): void {
  for (const { leave: go } of audience) go();
  audience = [];
}

/** From now on it is counted what they hear. */
export function listen(): void {
  heard = { count: 0, last: 0, latencies: [] };
}

/**
 * They say so many things to everybody, each in turn, one every so many ms, as text of that many
 * bytes. Gives when the first was said, by the clock of all processes.
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
  const [first, start] = [now(), performance.now()];
  for (let said = 0; said < count; said += 1) {
    const due = start + said * every;
    if (due > performance.now()) await sleep(due - performance.now());
    audience[said % audience.length]?.say(`${now()} `.padEnd(bytes, "x"));
  }
  return first;
}

/** How many they have heard since they listen. */
export function countHeard(): number {
  return heard.count;
}

/** What they have heard since they listen. */
export function hear(): Heard {
  return heard;
}

/** The clock that all processes of a machine share, in ms with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
