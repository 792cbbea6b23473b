import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import type { Where } from "./arrivals.ts";
import { isServedSince, tollOf, type Moment, type Toll } from "./timeline.ts";

/** What became of all that a crowd has said, and what the fault has done to it. */
export interface Outcome extends Toll {
  /** Acknowledged messages times people: so often something should have been heard. */
  expected: number;
  /** How often it was not. */
  lost: number;
  /** How often something was heard once more. */
  doubled: number;
}

/** How often each of them says something, in ms. */
const EVERY = 200;
/** After what time a message counts as not acknowledged, in ms. */
const ACK_WITHIN = 1_500;
/** How long one try to connect may take, in ms. */
const CONNECT_WITHIN = 3_000;

/** Somebody who talks and listens, and connects again by itself. */
class Talker {
  readonly acknowledged: string[] = [];
  /** How often each message was heard, by what identifies it. */
  readonly heard = new Map<string, number>();
  /** All that has happened to it while it talked, by `performance.now()`. */
  readonly moments: Moment[] = [];
  readonly #socket: Socket;
  readonly #keeps: boolean;
  #offset: string | undefined;
  #room: string | undefined;
  #talking: Promise<void>;
  #enough = false;

  constructor({ url, transports }: Where, keeps: boolean) {
    this.#keeps = keeps;
    this.#socket = io(url, {
      transports,
      forceNew: true,
      timeout: CONNECT_WITHIN,
      reconnectionDelay: 100,
      reconnectionDelayMax: 1_000,
      // A load balancer's cookie must come back to it.
      withCredentials: true,
      // A server that keeps what was said is told from where on it is wanted.
      auth: (send) => send(keeps ? { room: this.#room, offset: this.#offset } : {}),
    });
    this.#socket.on("hello", ({ room }: { room?: string } = {}) => (this.#room = room));
    this.#socket.on("offset", (offset: string) => (this.#offset = offset));
    this.#socket.on("said", ({ text, offset }: { text: string; offset?: string }) => {
      this.#offset = offset ?? this.#offset;
      this.heard.set(text, (this.heard.get(text) ?? 0) + 1);
    });
    this.#socket.on("disconnect", () => this.#note("disconnected"));
    this.#talking = this.#talk();
  }

  /** Who says nothing more is not served, and does not have to be. */
  #note(kind: Moment["kind"], said?: number): void {
    if (this.#enough) return;
    this.moments.push({ at: performance.now(), kind, ...(said !== undefined && { said }) });
  }

  async #talk(): Promise<void> {
    while (!this.#enough) {
      await Promise.all([this.#say(), sleep(EVERY)]);
    }
  }

  /** Says one thing. Where the server keeps what was said, it says the same until it is kept. */
  async #say(): Promise<void> {
    const text = randomUUID();
    const message = this.#keeps ? { id: randomUUID(), text } : text;
    do {
      if (!this.#socket.connected) {
        await sleep(20);
        continue;
      }
      const said = performance.now();
      const reply = await this.#socket
        .timeout(ACK_WITHIN)
        .emitWithAck("say", message)
        .catch(() => undefined);
      this.#note(reply?.ok ? "acknowledged" : "failed", said);
      if (!reply?.ok) continue;
      this.acknowledged.push(text);
      return;
    } while (this.#keeps && !this.#enough);
  }

  async stop(): Promise<void> {
    this.#enough = true;
    await this.#talking;
  }

  leave(): void {
    this.#socket.disconnect();
  }
}

let talkers: Talker[] = [];
/** When the fault began, and when it had been, by `performance.now()`. */
let struckAt = Infinity;
let overAt = Infinity;

/** People come and begin to talk. */
export function gather({
  count,
  keeps,
  ...where
}: Where & { count: number; keeps: boolean }): void {
  struckAt = Infinity;
  overAt = Infinity;
  talkers = Array.from({ length: count }, () => new Talker(where, keeps));
}

/** Whether everybody is there and has been answered. */
export function isThere(): boolean {
  return talkers.every(({ moments }) => isServedSince(moments, 0));
}

/** The fault comes now. */
export function strike(): void {
  struckAt = performance.now();
}

/** It has come: whom it has hit has felt it. */
export function over(): void {
  overAt = performance.now();
}

/** What was said so far does not count: not all were there to hear it. */
export function forget(): void {
  for (const { acknowledged } of talkers) acknowledged.splice(0);
}

/** Whether everybody is answered what they have said since it was over. */
export function isBack(): boolean {
  return talkers.every(({ moments }) => isServedSince(moments, overAt));
}

/** How many different messages they have heard, in sum. */
export function heardSoFar(): number {
  return talkers.reduce((sum, { heard }) => sum + heard.size, 0);
}

/** They say nothing more. */
export async function settle(): Promise<void> {
  await Promise.all(talkers.map((talker) => talker.stop()));
}

/** They leave; what became of all that they have said? */
export function disperse(): Outcome {
  const said = talkers.flatMap(({ acknowledged }) => acknowledged);
  const times = talkers.flatMap(({ heard }) => said.map((text) => heard.get(text) ?? 0));
  const toll = tollOf(
    talkers.map(({ moments }) => moments),
    struckAt,
  );
  for (const talker of talkers) talker.leave();
  talkers = [];
  return {
    expected: times.length,
    lost: times.filter((count) => count === 0).length,
    doubled: times.filter((count) => count > 1).length,
    ...toll,
  };
}
