/**
 * A worker of a cluster that is measured: the smallest app that echoes, acknowledges and broadcasts,
 * served in the way that HANDSHAKE, CARRIER and TRANSPORTS say.
 */
import { createServer, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setupWorker } from "@socket.io/sticky";
import type { Server as Engine } from "engine.io";
import { Server } from "socket.io";
import {
  connectRedis,
  publisher,
  subscriber,
} from "../../solutions/07-share-the-handshake/redis.ts";
import { RelayEngine } from "../../solutions/07-share-the-handshake/relay.ts";
import { answer } from "./calls.ts";
import { adapterOf, broadcasterOf } from "./carriers.ts";
import { needsRedis, type Carrier, type Design, type Handshake } from "./designs.ts";

/** What a worker says of itself. */
export interface WorkerReport {
  pid: number;
  /** CPU time since its start, user and system, in ms. */
  cpu: number;
  /** Resident, in bytes. */
  memory: number;
  /** Sessions of Engine.IO that are here now. */
  clients: number;
  /** Connections of TCP that have brought a request of Socket.IO. */
  connections: number;
  /** Requests of Socket.IO on them, upgrades included. */
  engineRequests: number;
  /** Requests and upgrades that named a session, and how many of them one that was not here. */
  requests: number;
  foreign: number;
  /** Clients that have upgraded here since the last report, and whether their session was elsewhere. */
  upgrades: { client: string; isForeign: boolean }[];
}

/** What a worker holds, in bytes. */
export interface Memory {
  resident: number;
  /** By what can be reached in it: without what Node keeps for later. */
  used: number;
}

const { PORT, REDIS_PREFIX = "bench", REFERENCE = "", TRANSPORTS = "", TRACED } = process.env;
const design: Design = {
  // The parent has made sure of both.
  handshake: process.env.HANDSHAKE as Handshake,
  carrier: process.env.CARRIER as Carrier,
};

if (needsRedis(design)) await connectRedis();
const httpServer = createServer((_, res) => res.end(String(process.pid)));
const io = new Server({
  serveClient: false,
  transports: TRANSPORTS.split(",") as ("polling" | "websocket")[],
  ...adapterOf(design.carrier),
});
const engine = startEngine();
const broadcast = await broadcasterOf(design.carrier, io);

function startEngine(): Engine {
  const path = "/socket.io/";
  if (design.handshake !== "relay" && design.handshake !== "reference") {
    io.attach(httpServer);
    return io.engine;
  }
  const own =
    design.handshake === "relay"
      ? new RelayEngine(publisher, subscriber, { prefix: `${REDIS_PREFIX}:relay:` })
      : new (loadReference())(publisher, subscriber, {
          channelPrefix: `${REDIS_PREFIX}:reference`,
        });
  own.attach(httpServer, { path });
  io.bind(own);
  return own;
}

type EngineClass = new (pub: unknown, sub: unknown, options: { channelPrefix: string }) => Engine;

/** A module that nothing here may depend on has no types here. */
function loadReference(): EngineClass {
  const { RedisEngine }: { RedisEngine: EngineClass } = createRequire(import.meta.url)(REFERENCE);
  return RedisEngine;
}

const report: WorkerReport = {
  pid: process.pid,
  cpu: 0,
  memory: 0,
  clients: 0,
  connections: 0,
  engineRequests: 0,
  requests: 0,
  foreign: 0,
  upgrades: [],
};
const connections = new WeakSet<object>();

/** Before the engine sees it: is it for a session of this worker? */
function look({ url = "", socket }: IncomingMessage): boolean {
  if (url.startsWith("/socket.io/")) {
    report.engineRequests += 1;
    if (!connections.has(socket)) report.connections += 1;
    connections.add(socket);
  }
  const sid = new URLSearchParams(url.split("?")[1]).get("sid");
  if (sid === null) return false;
  const isForeign = !(sid in Reflect.get(engine, "clients"));
  report.requests += 1;
  if (isForeign) report.foreign += 1;
  return isForeign;
}
httpServer.prependListener("request", look);
httpServer.prependListener("upgrade", (req) => {
  const isForeign = look(req);
  report.upgrades.push({ client: String(req.headers["x-client"]), isForeign });
});

io.on("connection", (socket) => {
  // Where requests are counted, there shall be none but those of the handshake.
  if (!TRACED) socket.emit("hello", process.pid);
  socket.on("echo", (text: string, reply: (text: string) => void) => reply(text));
  socket.on("tick", () => {});
  socket.on("say", (text: string) => broadcast(text));
  void socket.join("everybody");
});

/** Node has it only by an option, which may be set later, too. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}

const answers = {
  report(): WorkerReport {
    const { user, system } = process.cpuUsage();
    const upgrades = report.upgrades.splice(0);
    const memory = process.memoryUsage.rss();
    return {
      ...report,
      cpu: (user + system) / 1000,
      memory,
      clients: engine.clientsCount,
      upgrades,
    };
  },
  /** Collects what nobody needs any more, and says what is left. */
  memory(): Memory {
    collectGarbage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { resident: rss, used: heapUsed + external };
  },
};
export type WorkerAnswers = typeof answers;

answer(answers);
if (design.handshake === "sticky") setupWorker(io);
else await new Promise<void>((done) => httpServer.listen(Number(PORT), "127.0.0.1", done));
process.send?.({ isReady: true });
