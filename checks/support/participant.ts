import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import type {
  ClientToServerEvents,
  Draft,
  Hello,
  Reply,
  Said,
  ServerToClientEvents,
} from "../../page/events.ts";

/** After what time a message that is not acknowledged is sent again, in ms. */
const ACK_TIMEOUT = 1_500;
/** How long one try to connect may take, in ms: a frozen worker takes one connection more. */
const CONNECT_WITHIN = 3_000;
/** After what time a message is said again that was refused, in ms. */
const AGAIN = 300;

/** A message that somebody has said. */
export interface Utterance extends Draft {
  /** Who said it, and as which one of theirs. */
  by: string;
  number: number;
  /** When it was sent for the first time, by `performance.now()`. */
  at: number;
}

/**
 * A client that lives through faults, as the page does: it connects again by itself and says what it
 * has heard last, names what it says, and sends it until it is acknowledged.
 */
export class Participant implements Disposable {
  readonly name: string;
  readonly transports: string[];
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  /** Each message that it was given, in the order in which they came. */
  readonly heard: Said[] = [];
  /** Each time that it was told of a gap: so many had it heard by then. */
  readonly missed: number[] = [];
  /** What it was told of whether something can be said. */
  readonly readOnly: boolean[] = [];
  readonly hellos: Hello[] = [];
  /** What was acknowledged to it, in the order in which it said it. */
  readonly acknowledged: Utterance[] = [];
  /** What is not acknowledged yet. */
  pending: Utterance | undefined;
  /** Acknowledgements that refused something. */
  readonly refusals: Reply[] = [];
  offset: string | undefined;
  room: string | undefined;
  #said = 0;

  constructor(url: string, name: string, transports: string[]) {
    this.name = name;
    this.transports = transports;
    this.socket = io(url, {
      transports,
      forceNew: true,
      retries: Infinity,
      ackTimeout: ACK_TIMEOUT,
      timeout: CONNECT_WITHIN,
      reconnectionDelay: 100,
      reconnectionDelayMax: 1_000,
      auth: (send: (whereabouts: object) => void) => send({ room: this.room, offset: this.offset }),
    });
    this.socket.on("hello", (hello) => {
      this.hellos.push(hello);
      this.room = hello?.room;
    });
    this.socket.on("said", (said) => {
      this.heard.push(said);
      if (typeof said?.offset === "string") this.offset = said.offset;
    });
    this.socket.on("offset", (offset) => (this.offset = offset));
    this.socket.on("missed", () => this.missed.push(this.heard.length));
    this.socket.on("readOnly", (yes) => this.readOnly.push(yes));
    this.socket.on("areYouHere", (answer) => answer(true));
  }

  /** Says one thing, until it is acknowledged as kept. */
  async say(text?: string): Promise<Utterance> {
    const number = (this.#said += 1);
    const utterance = {
      id: randomUUID(),
      text: text ?? `${this.name}: ${number}`,
      by: this.name,
      number,
      at: performance.now(),
    };
    this.pending = utterance;
    const draft = { id: utterance.id, text: utterance.text };
    for (;;) {
      const reply: unknown = await this.socket.emitWithAck("say", draft);
      if (isReply(reply) && reply.ok) break;
      if (isReply(reply)) this.refusals.push(reply);
      await sleep(AGAIN);
    }
    this.pending = undefined;
    this.acknowledged.push(utterance);
    return utterance;
  }

  /** The worker that it is connected to now, or was last. */
  get instance(): number | undefined {
    return this.hellos.at(-1)?.worker?.instance;
  }

  [Symbol.dispose](): void {
    this.socket.disconnect();
  }
}

function isReply(value: unknown): value is Reply {
  return typeof value === "object" && value !== null && "ok" in value;
}
