import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";

/** Which way clients go: the `transports` option of theirs. */
export interface Where {
  url: string;
  transports: string[];
}

/** How one client's first try to connect ended. */
export interface Arrival {
  /** Until `connect`, in ms; undefined when it never came. */
  connected?: number | undefined;
  /** Until its connection was a WebSocket that is its own, in ms; undefined when it never was. */
  webSocket?: number | undefined;
  /** The session that it was given, as the trace knows it. */
  sid?: string | undefined;
  /** What the client was told when it failed. */
  error?: string | undefined;
}

/** How long a local client may take to connect, and after that to upgrade, in ms. */
const CONNECT_WITHIN = 5_000;
const UPGRADE_WITHIN = 2_000;

/** Clients that come all at once, or one after the other; each tries once, and leaves. */
export async function arrive({
  count,
  together,
  ...where
}: Where & { count: number; together: boolean }): Promise<Arrival[]> {
  if (together) return Promise.all(Array.from({ length: count }, () => arriveOnce(where)));
  const arrivals: Arrival[] = [];
  while (arrivals.length < count) arrivals.push(await arriveOnce(where));
  return arrivals;
}

async function arriveOnce({ url, transports }: Where): Promise<Arrival> {
  const start = performance.now();
  const since = () => performance.now() - start;
  const socket = io(url, {
    transports,
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_WITHIN,
  });
  const { engine } = socket.io;
  let webSocket: number | undefined;
  const upgrade = new Promise<void>((done) => {
    engine.once("upgrade", () => {
      webSocket = since();
      done();
    });
    // It stays on polling then, and says so to nobody.
    engine.once("upgradeError", () => done());
    engine.once("close", () => done());
  });
  const error = await ended(socket);
  const connected = error === undefined ? since() : undefined;
  const { id: sid, transport } = engine;
  if (connected !== undefined && transport.name === "websocket") webSocket ??= connected;
  if (connected !== undefined && webSocket === undefined && transports.includes("websocket")) {
    await Promise.race([upgrade, sleep(UPGRADE_WITHIN, undefined, { ref: false })]);
  }
  socket.disconnect();
  return { connected, webSocket, sid, error };
}

let staying: Socket | undefined;

/** Connects one client that stays until the next one comes, or `depart`. Gives its session's id. */
export async function stay({
  url,
  transports,
  upgrade,
}: Where & { upgrade: boolean }): Promise<string | undefined> {
  depart();
  const socket = io(url, { transports, upgrade, forceNew: true, reconnection: false });
  staying = socket;
  const upgraded = new Promise<void>((done) => socket.io.engine.once("upgrade", () => done()));
  const error = await ended(socket);
  if (error !== undefined) throw new Error(`a client could not connect to ${url}: ${error}`);
  if (upgrade) await upgraded;
  return socket.io.engine.id;
}

export function depart(): void {
  staying?.disconnect();
  staying = undefined;
}

/** Waits for the end of a try: undefined when the client has connected. */
function ended(socket: Socket): Promise<string | undefined> {
  return new Promise((done) => {
    const timer = setTimeout(done, CONNECT_WITHIN + 500, "nothing within 5 s");
    const settle = (error: string | undefined) => {
      clearTimeout(timer);
      done(error);
    };
    socket.once("connect", () => settle(undefined));
    socket.once("connect_error", ({ message }) => settle(message));
    socket.io.once("close", (reason) => settle(reason));
  });
}

/** How long it took a client that tries again until it was where it wanted to be; Infinity: too long. */
export interface Persistence {
  /** Until Socket.IO's `connect`, in ms. */
  connected: number;
  /** Until a message of its own was acknowledged, in ms. */
  answered: number;
}

/** Clients that come all at once, and try again as Socket.IO's client does by default, for so long. */
export function persist({
  count,
  within,
  ...where
}: Where & { count: number; within: number }): Promise<Persistence[]> {
  return Promise.all(Array.from({ length: count }, () => persistOnce(where, within)));
}

async function persistOnce({ url, transports }: Where, within: number): Promise<Persistence> {
  const start = performance.now();
  const found = { connected: Infinity, answered: Infinity };
  const socket = io(url, { transports, forceNew: true });
  const answered = new Promise<void>((done) => {
    socket.on("connect", () => {
      found.connected = Math.min(found.connected, performance.now() - start);
      socket.emit("echo", "are you there?", () => {
        found.answered = performance.now() - start;
        done();
      });
    });
  });
  await Promise.race([answered, sleep(within, undefined, { ref: false })]);
  socket.disconnect();
  return { ...found };
}
