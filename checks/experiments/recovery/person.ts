import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { until } from "../../../workshop/stage/until.ts";
import type { ClientEvents, ServerEvents } from "./events.ts";

/** How long what has to happen may take, in ms, on a machine with other things to do. */
export const WITHIN = 15_000;

/** A client that remembers what it has heard, and comes back only when it is told to. */
export class Person implements Disposable {
  readonly socket: Socket<ServerEvents, ClientEvents>;
  readonly heard: string[] = [];
  /** The pid of the worker that it is, or was, connected to. */
  worker = 0;

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, {
      transports: ["websocket"],
      forceNew: true,
      reconnection: false,
      // A connection may be given to a worker that has just been killed.
      timeout: 5_000,
      ...options,
    });
    this.socket.on("said", (text) => this.heard.push(text));
  }

  /** Connects, if it is not connected, and asks where it is. */
  async comes(): Promise<void> {
    await until(
      () => {
        // While it is on its way, another call would have it introduce itself a second time.
        if (this.socket.io._readyState === "closed") this.socket.connect();
        return this.socket.connected;
      },
      (connected) => connected,
      { within: WITHIN, otherwise: () => new Error("a client cannot connect") },
    );
    this.worker = await this.socket.timeout(WITHIN).emitWithAck("where");
  }

  /** Breaks its connection without a word of farewell to Socket.IO. */
  breaks(): void {
    this.socket.io.engine.close();
  }

  async says(...texts: string[]): Promise<void> {
    for (const text of texts) await this.socket.timeout(WITHIN).emitWithAck("say", text);
  }

  /** Waits until it has heard something so many times. */
  async hears(text: string, times = 1): Promise<void> {
    await until(
      () => this.heard.filter((one) => one === text).length,
      (count) => count >= times,
      {
        within: WITHIN,
        otherwise: (count) => new Error(`"${text}" was heard ${count} times of ${times}`),
      },
    );
  }

  /** Waits until it has noticed that its connection is gone. */
  async isGone(): Promise<void> {
    await until(
      () => this.socket.connected,
      (connected) => !connected,
      { within: WITHIN, otherwise: () => new Error("a client does not notice that it is alone") },
    );
  }

  [Symbol.dispose](): void {
    this.socket.disconnect();
  }
}
