/** The process of the clients: what it does costs the measured servers nothing of their time. */
import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { answer } from "../cluster/calls.ts";
import { startLag, stopLag } from "../load/lag.ts";

/** One client's way to a connection. */
export interface Connected {
  /** Until `connect`, and until the upgrade to WebSocket, in ms. */
  connected: number;
  upgraded: number;
  /** The host that has its session. */
  host: string;
}

/** How long a client may take to connect, to upgrade, or to be answered, in ms. */
const WITHIN = 5_000;
/** How long others wait between two requests, at most, in ms. */
const OTHERS_EVERY = 8;
const PAYLOAD = "x".repeat(32);

interface Where {
  url: string;
  transports: string[];
}

const held: Socket[] = [];

/**
 * Asks for a small file now and then, until it is disposed: where hosts and workers take turns, the
 * requests of a lone client would always meet the same ones.
 */
function beOthers(url: string): Disposable {
  let enough = false;
  void (async () => {
    while (!enough) {
      await fetch(`${url}/client-options.js`).then((answer) => answer.text());
      await sleep(Math.random() * OTHERS_EVERY);
    }
  })();
  return { [Symbol.dispose]: () => (enough = true) };
}

async function open({
  url,
  transports,
}: Where): Promise<{ socket: Socket; connected: Connected | undefined }> {
  const start = performance.now();
  const since = () => performance.now() - start;
  const socket = io(url, {
    transports,
    forceNew: true,
    reconnection: false,
    // As a browser does, it sends back the cookies that it gets.
    withCredentials: true,
  });
  const hello = new Promise<string>((done) =>
    socket.once("hello", ({ worker }) => done(worker.host)),
  );
  const upgrade = new Promise<number>((done) => {
    if (transports[0] === "websocket" || !transports.includes("websocket")) done(0);
    else socket.io.engine.once("upgrade", () => done(since()));
  });
  const failure = new Promise<undefined>((done) => {
    socket.once("connect_error", () => done(undefined));
    socket.io.once("close", () => done(undefined));
    setTimeout(done, WITHIN, undefined).unref();
  });
  const isConnected = await Promise.race([
    new Promise<number>((done) => socket.once("connect", () => done(since()))),
    failure,
  ]);
  if (isConnected === undefined) return { socket, connected: undefined };
  const rest = await Promise.race([Promise.all([upgrade, hello]), failure]);
  if (!rest) return { socket, connected: undefined };
  const [upgraded, host] = rest;
  return { socket, connected: { connected: isConnected, upgraded: upgraded || isConnected, host } };
}

const answers = {
  /** Connects clients one by one; each leaves before the next comes. Nothing for one that fails. */
  async connect({ count, ...where }: Where & { count: number }): Promise<Connected[]> {
    using _ = beOthers(where.url);
    const all: Connected[] = [];
    for (let at = 0; at < count; at += 1) {
      const { socket, connected } = await open(where);
      if (connected) all.push(connected);
      socket.disconnect();
    }
    return all;
  },
  /** Connects clients that stay until they are released. */
  async hold({ count, ...where }: Where & { count: number }): Promise<void> {
    using _ = beOthers(where.url);
    for (let tries = 0; held.length < count && tries < count * 4; tries += 1) {
      const { socket, connected } = await open(where);
      if (connected) held.push(socket);
      else socket.disconnect();
    }
    if (held.length < count) throw new Error(`only ${held.length} clients came to ${where.url}`);
  },
  /** Acknowledged messages, one after the other, by each of those who stay in turn. In ms. */
  async roundTrips({ url, count }: { url: string; count: number }): Promise<number[]> {
    using _ = beOthers(url);
    const times: number[] = [];
    for (let at = 0; at < count; at += 1) {
      const start = performance.now();
      await held[at % held.length]?.timeout(WITHIN).emitWithAck("echo", PAYLOAD);
      times.push(performance.now() - start);
    }
    return times;
  },
  release(): void {
    for (const socket of held.splice(0)) socket.disconnect();
  },
  startLag,
  stopLag,
};
export type LoadAnswers = typeof answers;

answer(answers);
