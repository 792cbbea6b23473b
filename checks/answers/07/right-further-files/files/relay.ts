import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Server, type ServerOptions } from "engine.io";
import type { RedisClient } from "./bus.ts";
import { Broken, type Tunnel } from "./tunnel.ts";
import { proxy, splice } from "./proxy.ts";
import { newSid, ownerIn } from "./sid.ts";
import { Tunnels } from "./tunnels.ts";

export interface RelayOptions extends ServerOptions {
  prefix?: string;
}

const REACHABLE_WITHIN = 500;
const LONGEST_HEAD = 128 * 1024;
const OUT_OF_REACH = { code: 6, message: "Session out of reach" };

export class RelayEngine extends Server {
  readonly #tunnels: Tunnels;
  #reachable: Promise<unknown>;
  readonly #inner: HttpServer;
  #isClosed = false;

  constructor(publisher: RedisClient, subscriber: RedisClient, options: RelayOptions = {}) {
    super(options);
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

  async #listen(): Promise<void> {
    await Promise.race([
      this.#tunnels.listen(),
      sleep(REACHABLE_WITHIN, undefined, { ref: false }),
    ]);
  }

  get relay(): { name: string; tunnels: number; ignored: number } {
    const { name, size, ignored } = this.#tunnels;
    return { name, tunnels: size, ignored };
  }

  override async generateId(): Promise<string> {
    await this.#reachable;
    return newSid(this.#tunnels.name);
  }

  #foreignOwnerOf(message: IncomingMessage): string | undefined {
    const owner = ownerIn(message);
    return owner === this.#tunnels.name ? undefined : owner;
  }

  override handleRequest(req: IncomingMessage, res: ServerResponse): void {
    const owner = this.#isClosed ? undefined : this.#foreignOwnerOf(req);
    if (!owner) return super.handleRequest(req, res);
    if (Number(req.headers["content-length"]) > (this.opts.maxHttpBufferSize ?? Infinity)) {
      return this.#answer(413, req, res);
    }
    this.#forward(this.#tunnels.open(owner, req.socket), req, res);
  }

  override handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const owner = this.#isClosed ? undefined : this.#foreignOwnerOf(req);
    if (!owner) return super.handleUpgrade(req, socket, head);
    this.#forwardUpgrade(this.#tunnels.open(owner, req.socket), req, socket, head);
  }

  #forward(tunnel: Tunnel, req: IncomingMessage, res: ServerResponse): void {
    proxy(tunnel, req, res, () => this.#refuse(tunnel, req, res));
  }

  #forwardUpgrade(tunnel: Tunnel, req: IncomingMessage, socket: Duplex, head: Buffer): void {
    splice(tunnel, req, socket, head, () => this.#refuseUpgrade(tunnel, req, socket, head));
  }

  #inject(tunnel: Tunnel): void {
    this.#inner.emit("connection", tunnel);
  }

  #refuse({ errored }: Tunnel, req: IncomingMessage, res: ServerResponse): void {
    if (res.destroyed) return;
    if (isOwnerGone(errored)) return super.handleRequest(req, res);
    if (!errored) return void res.destroy();
    this.emit("connection_error", { req, ...OUT_OF_REACH, context: { error: errored } });
    this.#answer(503, req, res, OUT_OF_REACH);
  }

  #answer(status: number, req: IncomingMessage, res: ServerResponse, said?: object): void {
    this._applyMiddlewares(req, res, (error?: unknown) => {
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

  protected override init(): void {
    super.init();
    if (!(#isClosed in this && this.#isClosed)) return;
    this.#isClosed = false;
    this.#reachable = this.#listen();
  }

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
