import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { once } from "node:events";
import type { Server as NetServer } from "node:net";
import { Server as Engine, type ServerOptions, type Socket } from "engine.io";
import { RelayEngine } from "../../solutions/07-share-the-handshake/relay.ts";
import type { RedisClients } from "./redis-clients.ts";
import type { Redis } from "./test.ts";

/** The kinds of houses in which a session lives: what holds in the first must hold in the second. */
export const KINDS = ["one process", "the relay"] as const;
export type Kind = (typeof KINDS)[number];

/** A worker: an Engine.IO server on a port of its own. */
export interface Worker {
  engine: Engine;
  http: HttpServer;
  port: number;
  /** The sessions that it has opened, in the order of their opening. */
  sessions: Socket[];
  /** Why sessions of its have ended. */
  closes: string[];
  /** What others told of requests that were refused here. */
  refusals: { code: number; message: string }[];
}

/** A worker of a relay, with its connections to Redis. */
export interface RelayWorker extends Worker, RedisClients {
  engine: RelayEngine;
}

/**
 * Where a session lives, and where its requests come in. In one process that is the same worker; in
 * a relay each of the three is another.
 */
export interface House extends AsyncDisposable {
  owner: Worker;
  edge: Worker;
  other: Worker;
}

/** What an app may put before all requests: `engine.use()` itself has no type for it. */
export type Middleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: Error) => void,
) => void;

/** What a test says to all engines of a house before they serve. */
interface HouseOptions {
  redis: Redis;
  prefix: string;
  options?: ServerOptions;
  /** False: sessions do not answer by themselves, another server is bound to the engine. */
  echoes?: boolean;
  use?: Middleware;
  prepare?: (engine: Engine) => void;
}

export async function openHouse(kind: Kind, options: HouseOptions): Promise<House> {
  if (kind === "the relay") return openRelay(options);
  const engine = new Engine(options.options);
  const worker = await serve(engine, options);
  return {
    owner: worker,
    edge: worker,
    other: worker,
    [Symbol.asyncDispose]: () => shut(worker),
  };
}

/** A house of three workers that share their sessions. */
export interface Relay extends AsyncDisposable {
  owner: RelayWorker;
  edge: RelayWorker;
  other: RelayWorker;
}

export async function openRelay(options: HouseOptions): Promise<Relay> {
  const [owner, edge, other] = await Promise.all([1, 2, 3].map(() => openWorker(options)));
  if (!owner || !edge || !other) throw new Error("unreachable: there are three");
  return {
    owner,
    edge,
    other,
    async [Symbol.asyncDispose]() {
      await Promise.all([owner, edge, other].map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
}

async function openWorker(options: HouseOptions): Promise<RelayWorker> {
  const clients = await options.redis.clients();
  const { publisher, subscriber } = clients;
  const engine = new RelayEngine(publisher, subscriber, {
    ...options.options,
    prefix: options.prefix,
  });
  const worker = await serve(engine, options);
  return {
    ...worker,
    ...clients,
    engine,
    async [Symbol.asyncDispose]() {
      await shut(worker);
      await clients[Symbol.asyncDispose]();
    },
  };
}

/** Serves an engine on a free port. Its sessions answer `echo …` to what they are told. */
async function serve(
  engine: Engine,
  { echoes = true, use, prepare }: HouseOptions,
): Promise<Worker> {
  if (use) engine.use(use);
  prepare?.(engine);
  const http = createServer();
  engine.attach(http, { path: "/socket.io/" });
  const sessions: Socket[] = [];
  const closes: string[] = [];
  const refusals: Worker["refusals"] = [];
  engine.on("connection", (socket: Socket) => {
    sessions.push(socket);
    socket.on("close", (reason: string) => closes.push(reason));
    if (!echoes) return;
    socket.on("message", (data: string | Buffer) => {
      socket.send(typeof data === "string" ? `echo ${data}` : data);
    });
  });
  engine.on("connection_error", ({ code, message }: Worker["refusals"][number]) => {
    refusals.push({ code, message });
  });
  const port = await listen(http);
  return { engine, http, port, sessions, closes, refusals };
}

/** Listens on a free port, and gives it. */
export async function listen(http: NetServer): Promise<number> {
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  if (!address || typeof address === "string") throw new Error("unreachable: it is a TCP port");
  return address.port;
}

async function shut({ http, engine }: Worker): Promise<void> {
  engine.close();
  const closed = http.listening ? once(http, "close") : undefined;
  http.close();
  http.closeAllConnections();
  await closed;
}
