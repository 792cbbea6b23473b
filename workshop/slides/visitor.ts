import { randomUUID } from "node:crypto";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type {
  ClientToServerEvents,
  Hello,
  Reply,
  Said,
  ServerToClientEvents,
} from "../../page/events.ts";
import { until } from "../stage/until.ts";

/** How long anything may take in a recording, in ms. */
const WITHIN = 30_000;

/** A client in the chat room, as a recording needs it. */
export class Visitor {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  /** Every greeting: a client that comes back is greeted again. */
  readonly hellos: Hello[] = [];
  readonly heard: string[] = [];
  /** The place in the stream of the latest that it has heard, where messages have places. */
  offset: string | undefined;

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, { forceNew: true, ...options });
    this.socket.on("hello", (hello) => this.hellos.push(hello));
    this.socket.on("said", ({ text, offset }: Said) => {
      this.heard.push(text);
      this.offset = offset;
    });
  }

  /** Waits for so many greetings, and gives the latest. */
  async greeted(times = 1): Promise<Hello> {
    const hello = await wait("a greeting", () => this.hellos[times - 1]);
    return hello;
  }

  /** Waits until it has moved over to a WebSocket. */
  async upgraded(): Promise<void> {
    await wait(
      "an upgrade",
      () => this.socket.io.engine.transport.name === "websocket" || undefined,
    );
  }

  /** Waits until its try to connect has failed, and gives the reason. */
  async refused(): Promise<string> {
    const { socket } = this;
    return new Promise((resolve) => {
      socket.io.once("error", (error) => resolve(error.message));
      socket.io.once("close", (reason) => resolve(reason));
    });
  }

  /** Says something, as a draft where messages are kept; waits until it is acknowledged. */
  async say(text: string): Promise<Reply> {
    const keeps = this.hellos.at(-1)?.keeps;
    const words = keeps ? { id: randomUUID(), text } : text;
    // The types know drafts and texts, of which a server takes one.
    return this.#ask("say", words);
  }

  async join(room: string): Promise<Reply> {
    return this.#ask("join", room);
  }

  async hears(text: string): Promise<void> {
    await wait(`"${text}"`, () => this.heard.includes(text) || undefined);
  }

  leave(): void {
    this.socket.disconnect();
  }

  async #ask(event: "say" | "join", what: unknown): Promise<Reply> {
    const loose: Pick<Socket, "timeout"> = this.socket;
    return loose.timeout(WITHIN).emitWithAck(event, what);
  }
}

/** Asks until there is an answer. */
export async function wait<T>(what: string, ask: () => T | undefined): Promise<T> {
  const found = await until(ask, (value) => value !== undefined, {
    within: WITHIN,
    otherwise: () => new Error(`The recording waited in vain for ${what}.`),
  });
  if (found === undefined) throw new Error(`unreachable: ${what} was there`);
  return found;
}
