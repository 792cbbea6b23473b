import { randomBytes } from "node:crypto";
import {
  createServer,
  request,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Server, type ServerOptions } from "engine.io";
import type { RedisClient } from "./bus.ts";
import { NAME_LENGTH } from "./frame.ts";
import { Broken, type Tunnel } from "./tunnel.ts";
import { Tunnels } from "./tunnels.ts";

export interface RelayOptions extends ServerOptions {
  /** What the names of its Redis channels begin with; `relay:` by default. */
  prefix?: string;
}

/** So many random characters of base64url are 90 bits: nobody guesses them. */
const SECRET_LENGTH = 15;
/** A session id: the name of its owner, and a secret. As long as those of Engine.IO. */
const SID = new RegExp(`^[\\w-]{${NAME_LENGTH + SECRET_LENGTH}}$`);
/** How long the first sessions wait until their worker can be reached by others, in ms. */
const REACHABLE_WITHIN = 500;
/** How long a client may take to read the last bytes of a WebSocket, in ms: as long as `ws` gives it. */
const LAST_BYTES_WITHIN = 30_000;
/** A head that one worker has taken, the other must take, too. In bytes. */
const LONGEST_HEAD = 128 * 1024;
/** What is said of one connection, not of what is carried on it: RFC 9110, section 7.6.1. */
const OF_ONE_HOP = [
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
];
/** The codes of Engine.IO end at 5. */
const OUT_OF_REACH = { code: 6, message: "Session out of reach" };

/**
 * An Engine.IO server for a cluster without sticky sessions. Each session belongs to the worker that
 * opened it; a worker that meets a request for another's session hands it on over Redis pub/sub, and
 * hands back the answer. To the client all workers are one.
 *
 * ```ts
 * const engine = new RelayEngine(publisher, subscriber, { prefix: "chat:relay:" });
 * engine.attach(httpServer, { path: "/socket.io/" });
 * io.bind(engine);
 * ```
 *
 * The clients are connected ones of `redis` (4 to 6) or `ioredis`; the same as the adapter's will do.
 * Emits `relay_error` with an Error when it cannot subscribe: then others cannot reach its sessions.
 */
export class RelayEngine extends Server {
  readonly #tunnels: Tunnels;
  #reachable: Promise<unknown>;
  /** Answers what comes through tunnels. It listens on no port: its connections are handed to it. */
  readonly #inner: HttpServer;
  #isClosed = false;

  constructor(publisher: RedisClient, subscriber: RedisClient, options: RelayOptions = {}) {
    super(options);
    // It takes what the edge has taken: HTTP/1.0 needs no Host.
    this.#inner = createServer({ maxHeaderSize: LONGEST_HEAD, requireHostHeader: false });
    this.#inner.on("request", (req, res) => super.handleRequest(req, res));
    this.#inner.on("upgrade", (req, socket, head) => super.handleUpgrade(req, socket, head));
    this.#tunnels = new Tunnels(publisher, subscriber, {
      prefix: options.prefix ?? "relay:",
      accept: (tunnel) => this.#inject(tunnel),
      failed: (error) => this.emit("relay_error", error),
    });
    this.#reachable = this.#listen();
  }

  /** Waits until others can reach us, but not long: sessions are to be had without Redis, too. */
  async #listen(): Promise<void> {
    await Promise.race([
      this.#tunnels.listen(),
      sleep(REACHABLE_WITHIN, undefined, { ref: false }),
    ]);
  }

  /** This worker's name, how many tunnels it has, and how many messages on its channel were no use. */
  get relay(): { name: string; tunnels: number; ignored: number } {
    const { name, size, ignored } = this.#tunnels;
    return { name, tunnels: size, ignored };
  }

  /** Makes a session id that names its owner. */
  override async generateId(): Promise<string> {
    await this.#reachable;
    const secret = randomBytes(SECRET_LENGTH).toString("base64url").slice(0, SECRET_LENGTH);
    return this.#tunnels.name + secret;
  }

  /** The worker that owns the session of a request; undefined where that is us, or nobody. */
  #foreignOwnerOf({ url = "" }: IncomingMessage): string | undefined {
    const sid = new URLSearchParams(url.split("?")[1]).getAll("sid").at(-1) ?? "";
    const owner = sid.slice(0, NAME_LENGTH);
    const isOurs = owner === this.#tunnels.name || Object.hasOwn(this.clients, sid);
    return SID.test(sid) && !isOurs ? owner : undefined;
  }

  override handleRequest(req: IncomingMessage, res: ServerResponse): void {
    const owner = this.#isClosed ? undefined : this.#foreignOwnerOf(req);
    if (!owner) return super.handleRequest(req, res);
    if (Number(req.headers["content-length"]) > (this.opts.maxHttpBufferSize ?? Infinity)) {
      // As the owner would say, but before any of it has gone through Redis.
      return this.#answer(413, req, res);
    }
    this.#forward(this.#tunnels.open(owner, req.socket), req, res);
  }

  override handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const owner = this.#isClosed ? undefined : this.#foreignOwnerOf(req);
    if (!owner) return super.handleUpgrade(req, socket, head);
    this.#forwardUpgrade(this.#tunnels.open(owner, req.socket), req, socket, head);
  }

  /** Sends a request through the tunnel, and its answer back to the client. */
  #forward(tunnel: Tunnel, req: IncomingMessage, res: ServerResponse): void {
    const { method, url: path } = req;
    // A tunnel is for one request: then its end comes in one frame with the answer.
    const headers = [...endToEnd(req.rawHeaders), "Connection", "close"];
    const onward = request({ createConnection: () => tunnel, method, path, headers });
    // The head goes at once: a slow client has time for its body. (flushHeaders would make it UTF-8.)
    onward.write("", "latin1");
    req.pipe(onward);
    onward.on("response", (answer) => {
      // Whether it goes in chunks is between the client and us.
      const headers = endToEnd(answer.rawHeaders, "transfer-encoding");
      res.writeHead(answer.statusCode ?? 500, answer.statusMessage, headers);
      answer.on("error", () => res.destroy());
      answer.pipe(res);
    });
    // What the tunnel says of its end says all.
    onward.on("error", () => {});
    tunnel.once("close", () => {
      // What is left of the body is of no use, but the connection is.
      req.unpipe(onward).resume();
      if (!res.headersSent) this.#refuse(tunnel, req, res);
    });
    // A client that goes away has its connection closed at the owner, too.
    res.once("close", () => tunnel.destroy());
  }

  /** Makes a WebSocket's connection one with the tunnel, once the owner has accepted it. */
  #forwardUpgrade(tunnel: Tunnel, req: IncomingMessage, socket: Duplex, head: Buffer): void {
    tunnel.write(headOf(req), "latin1");
    tunnel.write(head);
    tunnel.once("accept", () => {
      tunnel.off("close", refuse);
      tunnel.once("close", () => socket.end(() => socket.destroy()));
      tunnel.once("over", () => {
        const timer = setTimeout(() => socket.destroy(), LAST_BYTES_WITHIN);
        socket.once("close", () => clearTimeout(timer));
      });
      socket.pipe(tunnel).pipe(socket);
    });
    const refuse = () => this.#refuseUpgrade(tunnel, req, socket, head);
    tunnel.once("close", refuse);
    socket.on("error", () => tunnel.destroy());
    socket.once("close", () => tunnel.destroy());
  }

  /** Takes the end of a tunnel that another worker has opened, as the server takes a connection. */
  #inject(tunnel: Tunnel): void {
    this.#inner.emit("connection", tunnel);
  }

  /** Answers a request that has found no owner. */
  #refuse({ errored }: Tunnel, req: IncomingMessage, res: ServerResponse): void {
    if (res.destroyed) return;
    // It is ours to say now that nobody knows this session.
    if (isOwnerGone(errored)) return super.handleRequest(req, res);
    // Its owner has cut it off without an answer.
    if (!errored) return void res.destroy();
    this.emit("connection_error", { req, ...OUT_OF_REACH, context: { error: errored } });
    this.#answer(503, req, res, OUT_OF_REACH);
  }

  /** Answers what the owner need not or cannot, with the headers that the app's middleware adds. */
  #answer(status: number, req: IncomingMessage, res: ServerResponse, said?: object): void {
    this._applyMiddlewares(req, res, (error?: unknown) => {
      // Middleware that fails may have answered by itself.
      if (res.headersSent) return;
      res.writeHead(error ? 400 : status, said && { "Content-Type": "application/json" });
      res.end(said && JSON.stringify(said));
    });
  }

  #refuseUpgrade({ errored }: Tunnel, req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return;
    if (isOwnerGone(errored)) return super.handleUpgrade(req, socket, head);
    this.emit("connection_error", { req, ...OUT_OF_REACH, context: { error: errored } });
    const { message } = OUT_OF_REACH;
    const lines = [
      "HTTP/1.1 503 Service Unavailable",
      "Connection: close",
      "Content-Type: text/html",
    ];
    socket.write([...lines, `Content-Length: ${message.length}`, "", message].join("\r\n"));
    socket.destroy();
  }

  /** Called by the HTTP server whenever it begins to listen, also after it had been closed. */
  protected override init(): void {
    super.init();
    // The first time Engine.IO's constructor calls, and nothing of this class is there yet.
    if (!(#isClosed in this && this.#isClosed)) return;
    this.#isClosed = false;
    this.#reachable = this.#listen();
  }

  /** Closes all sessions and all tunnels, and unsubscribes. The clients of Redis stay as they are. */
  override close(): this {
    super.close();
    this.#isClosed = true;
    this.#tunnels.close();
    return this;
  }
}

function isOwnerGone(error: Error | null): boolean {
  return error instanceof Broken && error.isOwnerGone;
}

/** The headers, as they were written, that go from end to end. */
function endToEnd(rawHeaders: readonly string[], ...butNot: string[]): string[] {
  return rawHeaders.flatMap((name, at) => {
    if (at % 2 === 1 || [...OF_ONE_HOP, ...butNot].includes(name.toLowerCase())) return [];
    return [name, rawHeaders[at + 1] ?? ""];
  });
}

/** The head of a request, as it was written. */
function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? `${name}: ${rawHeaders[at + 1]}\r\n` : [],
  );
  return `${method} ${url} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
