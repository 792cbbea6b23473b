import { io, type Socket } from "socket.io-client";

/** One try of a client to connect. */
export interface Attempt {
  /** Nothing when it has connected; else what the client was told. */
  error?: string;
  /** Until `connect`, in ms. */
  connected: number;
  /** Until the upgrade to WebSocket, in ms; undefined where there was none. */
  upgraded?: number;
}

/** A client that stays connected. */
export interface Held {
  /** As it calls itself in each of its requests. */
  client: string;
  /** The process that has its session. */
  server: number;
}

/** How long a client may take to connect, and after that to upgrade, in ms. Some wait for ever. */
const CONNECT_WITHIN = 5000;
const UPGRADE_WITHIN = 3000;
/** How often a client that shall stay tries to connect: a busy machine makes some fail. */
const TRIES = 5;
const PAYLOAD = "x".repeat(32);

const held = new Map<string, Socket>();
let clients = 0;

interface Where {
  url: string;
  transports: string[];
}

function open({ url, transports }: Where): { client: string; socket: Socket; start: number } {
  const client = `c${(clients += 1)}`;
  const start = performance.now();
  const socket = io(url, {
    transports,
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_WITHIN,
    extraHeaders: { "x-client": client },
  });
  return { client, socket, start };
}

/** Waits until a client is connected and, where it begins with polling and may go on, upgraded. */
async function settle(
  { socket, start }: ReturnType<typeof open>,
  transports: string[],
): Promise<Attempt> {
  const upgrades = transports[0] === "polling" && transports.includes("websocket");
  const { engine } = socket.io;
  let upgraded: number | undefined;
  const upgrade = new Promise<void>((done) =>
    engine.once("upgrade", () => {
      upgraded = performance.now() - start;
      done();
    }),
  );
  const error = await new Promise<string | undefined>((done) => {
    socket.once("connect", () => done(undefined));
    socket.once("connect_error", ({ message }) => done(message));
    socket.io.once("close", (reason) => done(reason));
    setTimeout(done, CONNECT_WITHIN, "timeout").unref();
  });
  const connected = performance.now() - start;
  if (error !== undefined) return { error, connected };
  if (upgrades) await Promise.race([upgrade, timeOut(UPGRADE_WITHIN)]);
  return upgraded === undefined ? { connected } : { connected, upgraded };
}

function timeOut(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}

/** Connects clients one by one; each leaves again before the next one comes. */
export async function connect({ count, ...where }: Where & { count: number }): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  while (attempts.length < count) {
    const opened = open(where);
    attempts.push(await settle(opened, where.transports));
    opened.socket.disconnect();
  }
  return attempts;
}

/** Connects clients that stay. @throws Error when one does not connect, try as it may. */
export async function hold({ count, ...where }: Where & { count: number }): Promise<Held[]> {
  return Promise.all(Array.from({ length: count }, () => holdOne(where)));
}

/** Whether clients connect at first try is measured elsewhere: here they try again. */
async function holdOne(where: Where, tries = 1): Promise<Held> {
  const opened = open(where);
  const { client, socket } = opened;
  const hello = new Promise<number>((done) => socket.once("hello", done));
  const { error } = await settle(opened, where.transports);
  if (error === undefined) {
    held.set(client, socket);
    return { client, server: await hello };
  }
  socket.disconnect();
  if (tries === TRIES) throw new Error(`a client could not connect to ${where.url}: ${error}`);
  return holdOne(where, tries + 1);
}

export function release({ clients: names }: { clients: string[] | "all" }): void {
  for (const [name, socket] of held) {
    if (names !== "all" && !names.includes(name)) continue;
    socket.disconnect();
    held.delete(name);
  }
}

function socketOf(client: string): Socket {
  const socket = held.get(client);
  if (!socket?.connected) throw new Error(`client ${client} has lost its connection`);
  return socket;
}

/** Acknowledged messages, one after the other, by each of these clients in turn. In ms. */
export async function roundTrips({
  clients: names,
  count,
}: {
  clients: string[];
  count: number;
}): Promise<number[]> {
  const sockets = names.map(socketOf);
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const socket = sockets[at % sockets.length];
    const start = performance.now();
    await socket?.timeout(CONNECT_WITHIN).emitWithAck("echo", PAYLOAD);
    times.push(performance.now() - start);
  }
  return times;
}

/** How many messages are acknowledged per second when each client has always one under way. */
export async function flood({
  clients: names,
  ms,
}: {
  clients: string[];
  ms: number;
}): Promise<{ acks: number; perSecond: number }> {
  const sockets = names.map(socketOf);
  const start = performance.now();
  let acks = 0;
  await Promise.all(
    sockets.map(async (socket) => {
      while (performance.now() - start < ms) {
        await socket.timeout(CONNECT_WITHIN).emitWithAck("echo", PAYLOAD);
        acks += 1;
      }
    }),
  );
  return { acks, perSecond: (acks / (performance.now() - start)) * 1000 };
}

/** One client says something to everybody: how long until the last one has heard it, in ms. */
export async function broadcasts({
  clients: names,
  count,
}: {
  clients: string[];
  count: number;
}): Promise<number[]> {
  const sockets = names.map(socketOf);
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const text = `${PAYLOAD} ${at}`;
    const start = performance.now();
    const heard = sockets.map(
      (socket) => new Promise<void>((done) => socket.once("said", () => done())),
    );
    sockets[at % sockets.length]?.emit("say", text);
    await Promise.race([Promise.all(heard), timeOut(CONNECT_WITHIN)]);
    times.push(performance.now() - start);
  }
  return times;
}
