import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import type { Where } from "./arrivals.ts";

/** What became of all that a crowd has said. */
export interface Outcome {
  /** Acknowledged messages times people: so often something should have been heard. */
  expected: number;
  /** How often it was not. */
  lost: number;
  /** How often something was heard once more. */
  doubled: number;
  /** From the fault until everybody was answered again, in ms. */
  back: number;
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
  /** When what it has said after the fault was acknowledged first, by `performance.now()`. */
  answeredAt: number | undefined;
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
    this.#talking = this.#talk();
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
      const at = performance.now();
      const reply = await this.#socket
        .timeout(ACK_WITHIN)
        .emitWithAck("say", message)
        .catch(() => undefined);
      if (!reply?.ok) continue;
      this.acknowledged.push(text);
      if (markedAt !== undefined && at >= markedAt) this.answeredAt ??= performance.now();
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
/** When the fault came, by `performance.now()`. */
let markedAt: number | undefined;

/** People come and begin to talk. */
export function gather({
  count,
  keeps,
  ...where
}: Where & { count: number; keeps: boolean }): void {
  markedAt = undefined;
  talkers = Array.from({ length: count }, () => new Talker(where, keeps));
}

/** The fault comes now: from now on it is measured until everybody is answered again. */
export function mark(): void {
  markedAt = performance.now();
  for (const talker of talkers) talker.answeredAt = undefined;
}

/** What was said so far does not count: not all were there to hear it. */
export function forget(): void {
  for (const { acknowledged } of talkers) acknowledged.splice(0);
}

/** Whether everybody has been answered since. */
export function isBack(): boolean {
  return talkers.every(({ answeredAt }) => answeredAt !== undefined);
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
  const back = talkers.map(({ answeredAt = Infinity }) => answeredAt - (markedAt ?? NaN));
  for (const talker of talkers) talker.leave();
  talkers = [];
  return {
    expected: times.length,
    lost: times.filter((count) => count === 0).length,
    doubled: times.filter((count) => count > 1).length,
    back: Math.max(...back),
  };
}
