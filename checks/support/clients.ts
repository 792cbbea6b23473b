import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type {
  ClientToServerEvents,
  Hello,
  Person,
  Reply,
  Said,
  ServerToClientEvents,
} from "../../page/events.ts";
import { NotYet, type Finding } from "../../workshop/problems.ts";
import { until } from "../../workshop/stage/until.ts";

type Options = Partial<ManagerOptions & SocketOptions>;
type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** How long a local connection may take, in ms. */
const CONNECT_WITHIN = 5_000;

/** A Node client in the chat room that remembers what it has heard. */
export interface ChatClient {
  socket: ChatSocket;
  /** Every greeting, the latest last: a client that reconnects is greeted again. */
  hellos: Hello[];
  heard: Said[];
  members: number[];
  /** Who was in its room, each time that it was told. */
  present: Person[][];
  /** While true, it does not answer a roll call. */
  deaf: boolean;
  /** Reasons for which it was disconnected. */
  left: string[];
  /** The session id of the handshake; undefined while not connected. */
  sid: () => string | undefined;
  /** Sends any event with any arguments: clients send what they like. */
  emit: (event: string, ...args: unknown[]) => void;
  /** Sends an event and gives what is acknowledged. @throws NotYet when nothing is within 5 s. */
  ask: (event: string, ...args: unknown[]) => Promise<unknown>;
  /** Says something and gives the answer. @throws NotYet as `ask` does. */
  say: (text: unknown) => Promise<Reply>;
}

/** How one try to connect ended. */
export type Attempt = { connected: true } | { connected: false; error: string };

/** Makes clients of one app, and closes them all when disposed. */
export class Clients implements AsyncDisposable {
  readonly #url: string;
  readonly #open: ChatSocket[] = [];
  #hasLost = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** Connects. @throws NotYet when that fails, with the client's own error. */
  async connect(options: Options = {}): Promise<ChatClient> {
    const client = this.#make({ reconnection: false, ...options });
    const attempt = await connected(client.socket);
    if (!attempt.connected) {
      throw new NotYet({
        expected: "a client to connect",
        seen: `connect_error: ${attempt.error}`,
      });
    }
    return client;
  }

  /** Tries once to connect with a fresh client, tells how that ended, and leaves. */
  async tryOnce(options: Options = {}): Promise<Attempt> {
    const { socket } = this.#make({ reconnection: false, timeout: CONNECT_WITHIN, ...options });
    const attempt = await connected(socket);
    socket.disconnect();
    return attempt;
  }

  /** Whether one of them was cut off, which may be the first sign of a death. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  #make(options: Options): ChatClient {
    const socket: ChatSocket = io(this.#url, { forceNew: true, ...options });
    this.#open.push(socket);
    const client: ChatClient = {
      socket,
      hellos: [],
      heard: [],
      members: [],
      present: [],
      deaf: false,
      left: [],
      sid: () => socket.io.engine?.id,
      emit: (event, ...args) => void loose(socket).emit(event, ...args),
      ask: (event, ...args) => ask(socket, event, args),
      say: (text) => ask<Reply>(socket, "say", [text]),
    };
    socket.on("hello", (hello) => client.hellos.push(hello));
    socket.on("said", (message) => client.heard.push(message));
    socket.on("members", (count) => client.members.push(count));
    socket.on("present", (people) => client.present.push(people));
    socket.on("areYouHere", (answer) => client.deaf || answer(true));
    socket.on("connect_error", (error) => (this.#hasLost ||= isCutOff(error)));
    socket.on("disconnect", (reason) => {
      client.left.push(reason);
      this.#hasLost ||= reason !== "io client disconnect";
    });
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.disconnect();
  }
}

/** Whether a request has come to no answer; Engine.IO's client says the status of one that has. */
function isCutOff(error: Error): boolean {
  return "description" in error && error.description === 0;
}

function connected(socket: ChatSocket): Promise<Attempt> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ connected: false, error: `nothing within ${CONNECT_WITHIN / 1000} s` }),
      CONNECT_WITHIN + 500,
    );
    const settle = (attempt: Attempt) => {
      clearTimeout(timer);
      resolve(attempt);
    };
    socket.once("connect", () => settle({ connected: true }));
    socket.once("connect_error", (error) => settle({ connected: false, error: error.message }));
    // Engine.IO opened a session, and the session broke before Socket.IO was connected in it.
    socket.io.once("close", (reason) => settle({ connected: false, error: reason }));
  });
}

/** Gives what the server says it is: a half-written one may answer anything. */
async function ask<T>(socket: ChatSocket, event: string, args: unknown[]): Promise<T> {
  try {
    return await loose(socket)
      .timeout(5_000)
      .emitWithAck(event, ...args);
  } catch {
    throw new NotYet({
      expected: `an answer to ${event} within 5 s`,
      seen: "no acknowledgement",
      hint: "The last argument of the handler is a function: call it with { ok: true } or { ok: false, error }.",
    });
  }
}

/** The same socket without the promise of its types: what is sent may be of any kind. */
function loose(socket: ChatSocket): Socket {
  return socket as unknown as Socket;
}

/**
 * Waits until a client has heard something.
 *
 * @throws NotYet when it has not within 3 s.
 */
export async function hears<T>(
  what: string,
  list: () => readonly T[],
  holds: (list: readonly T[]) => boolean,
  more: () => Pick<Finding, "hint"> = () => ({}),
): Promise<void> {
  await until(list, holds, {
    within: 3_000,
    otherwise: (last) => ({
      expected: what,
      seen: last?.length ? `only ${JSON.stringify(last)}` : "nothing within 3 s",
      ...more(),
    }),
  });
}
