import { io, type Socket } from "socket.io-client";
import type { ClientEvents, ServerEvents } from "./events.ts";

/** How long an acknowledgement may take, in ms: a worker may die before it comes. */
const ANSWER_WITHIN = 10_000;

/** A client that says something again and again, and listens for what is missing. */
export class Talker implements Disposable {
  /** The ids of all that it has sent, and of what was acknowledged. */
  readonly said: string[] = [];
  readonly acknowledged: string[] = [];
  /** What was wrong with the numbers that it was told: one missing, one twice, one too early. */
  readonly faults: string[] = [];
  readonly #socket: Socket<ServerEvents, ClientEvents>;
  readonly #name: string;
  #heard = 0;

  constructor(url: string, name: string, transports: string[]) {
    this.#name = name;
    this.#socket = io(url, { transports, forceNew: true, reconnectionDelayMax: 1_000 });
    this.#socket.on("connect", () => (this.#heard = 0));
    this.#socket.on("tick", (number) => {
      if (number !== this.#heard + 1) {
        this.faults.push(`${name}: ${number} after ${this.#heard} (${transports.join()})`);
      }
      this.#heard = number;
    });
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  /** Says one thing more, once: what is lost on the way is not sent again. True when acknowledged. */
  async say(): Promise<boolean> {
    if (!this.#socket.connected) return false;
    const id = `${this.#name}, ${this.said.length}`;
    this.said.push(id);
    try {
      await this.#socket.timeout(ANSWER_WITHIN).emitWithAck("say", id);
    } catch {
      return false;
    }
    this.acknowledged.push(id);
    return true;
  }

  [Symbol.dispose](): void {
    this.#socket.disconnect();
  }
}
