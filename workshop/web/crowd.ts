import { io, type Socket } from "socket.io-client";
import type { CrowdState } from "./crowd-state.ts";
import type { CrowdTarget } from "./protocol.ts";

/** More clients than this tell a learner nothing new, and two cores have other things to do. */
export const LIMIT = 200;
/** How many are on their way at the same time, so that they arrive one by one and can be watched. */
const AT_ONCE = 5;
/** How long a client may be on its way before the next takes its place, in ms. */
const ON_ITS_WAY = 2_000;
/** How often pages are told, in ms. */
const TELL_EVERY = 100;

/** What has become of one client. */
type Fate = "connecting" | "connected" | "failed";

interface Guest {
  socket: Socket;
  fate: Fate;
}

/** Clients of the running app beside the windows of the page: Node clients, as a page's own would be. */
export class Crowd implements AsyncDisposable {
  readonly #onChange: (state: CrowdState) => void;
  #guests: Guest[] = [];
  #refused = 0;
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Counted up when all are sent away: who is still to come then does not. */
  #generation = 0;
  #wanted = 0;

  constructor(onChange: (state: CrowdState) => void) {
    this.#onChange = onChange;
  }

  get state(): CrowdState {
    const of = (fate: Fate) => this.#guests.filter((guest) => guest.fate === fate);
    const connected = of("connected");
    return {
      wanted: this.#wanted,
      connecting: this.#wanted - connected.length - of("failed").length,
      connected: connected.length,
      onWebSocket: connected.filter(({ socket }) => transportOf(socket) === "websocket").length,
      failed: of("failed").length,
      refused: this.#refused,
      problem: this.#problem,
      limit: LIMIT,
    };
  }

  /**
   * Opens so many more, a few at a time; beyond the limit none. Resolved when each has connected, has
   * failed, or has taken too long to be waited for.
   */
  async open(target: CrowdTarget, count: number): Promise<void> {
    const generation = this.#generation;
    const more = Math.max(0, Math.min(Math.floor(count) || 0, LIMIT - this.#wanted));
    this.#wanted += more;
    this.#changed();
    let left = more;
    const usher = async () => {
      while (left > 0 && generation === this.#generation) {
        left -= 1;
        await this.#admit(target);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, more) }, usher));
  }

  /** Sends all away. */
  async close(): Promise<void> {
    this.#generation += 1;
    const guests = this.#guests;
    this.#guests = [];
    this.#wanted = 0;
    this.#refused = 0;
    this.#problem = undefined;
    for (const { socket } of guests) socket.disconnect();
    this.#changed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Lets one in, and waits until it is known what becomes of it. */
  #admit({ url, transports }: CrowdTarget): Promise<void> {
    const socket = io(url, {
      transports: [...transports],
      forceNew: true,
      // Like a browser's page: it tries again, but not so eagerly that nothing else can be seen.
      reconnectionDelay: 1_000,
      reconnectionDelayMax: 5_000,
      timeout: 5_000,
    });
    const guest: Guest = { socket, fate: "connecting" };
    this.#guests.push(guest);
    const isHere = () => this.#guests.includes(guest);
    const become = (fate: Fate) => {
      if (!isHere()) return;
      guest.fate = fate;
      this.#changed();
    };
    const fail = (reason: string, details: unknown) => {
      if (!isHere()) return;
      const said = saidBy(details);
      if (said?.includes("Session ID unknown")) this.#refused += 1;
      this.#problem = said ? `${reason}: ${said}` : reason;
      become("failed");
    };
    // A roll call is answered, as the page does; whatever else is asked is not.
    socket.on("areYouHere", (answer: unknown) => {
      if (typeof answer === "function") answer(true);
    });
    socket.on("connect", () => become("connected"));
    // Before it has connected a client hears of the first, and after that of the second.
    socket.on("connect_error", (error) => fail(error.message, error));
    socket.on("disconnect", fail);
    socket.io.on("open", () => socket.io.engine.on("upgrade", () => this.#changed()));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ON_ITS_WAY);
      const settle = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.once("connect", settle);
      socket.once("connect_error", settle);
      // A session that breaks between the handshake and the connection.
      socket.io.once("close", settle);
    });
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#onChange(this.state);
    }, TELL_EVERY);
  }
}

function transportOf(socket: Socket): string | undefined {
  return socket.connected ? socket.io.engine.transport.name : undefined;
}

/** What the server has answered, where the client tells it: `{"code":1,"message":"…"}`. */
function saidBy(details: unknown): string | undefined {
  if (typeof details !== "object" || details === null || !("context" in details)) return undefined;
  const { context } = details;
  if (typeof context !== "object" || context === null || !("responseText" in context)) {
    return undefined;
  }
  const text = String(context.responseText ?? "");
  return /"message":"([^"]+)"/.exec(text)?.[1] ?? (text.slice(0, 100) || undefined);
}
