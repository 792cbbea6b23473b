import type { WorkerId } from "../../page/events.ts";

export type { WorkerId };

/** The `type` under which a worker's reports travel over pm2's bus. */
export const REPORT = "workshop:trace";

/** One HTTP request, or one WebSocket handshake, as a worker saw it that answered it. */
export interface TracedRequest {
  kind: "request";
  /** When it arrived, in ms since the epoch. */
  at: number;
  worker: WorkerId;
  method: string;
  /** Without the query. */
  path: string;
  /** True for a request that asks to become a WebSocket. */
  upgrade: boolean;
  /**
   * True when it came to this worker through another one: on a connection that is no socket of this
   * machine's network. The client met the other, which has reported the same request, too.
   */
  relayed?: boolean | undefined;
  /** Engine.IO's transport as the query names it; absent for any other request. */
  transport?: string | undefined;
  /** The session that the request names. */
  sid?: string | undefined;
  /** The session that the answer opened. */
  opened?: string | undefined;
  /** The query's `t`: Engine.IO's cache buster, by which a client knows its own request. */
  tag?: string | undefined;
  /** 0 when the client went away before there was an answer. */
  status: number;
  /** Engine.IO's error code (0 to 5) and message, of a refused request. */
  code?: number | undefined;
  message?: string | undefined;
  /** From arrival to the end of the answer, in ms. */
  ms: number;
  /** What was said, word for word; only where the app was started with `detailed`. */
  raw?: RawExchange | undefined;
}

/** A request and its answer as they stand on the wire: line, headers, and the beginning of a body. */
export interface RawExchange {
  /** Up to 2 KB. */
  request: string;
  /** Up to 2 KB. */
  response: string;
}

/** The WebSocket of a session has ended; only where the app was started with `detailed`. */
export interface TracedGone {
  kind: "gone";
  at: number;
  worker: WorkerId;
  sid: string;
}

/** A worker listens on a port. */
export interface TracedListening {
  kind: "listening";
  at: number;
  worker: WorkerId;
  port: number;
}

/** A worker has told pm2 that it is ready. */
export interface TracedReady {
  kind: "ready";
  at: number;
  worker: WorkerId;
}

/** A worker has opened a connection to its Redis. */
export interface TracedLink {
  kind: "link";
  at: number;
  worker: WorkerId;
  /** The local port of the connection, by which Redis names its clients. */
  port: number;
}

/** A command that Redis has got: what workers tell each other goes by these. */
export interface TracedCommand {
  kind: "command";
  at: number;
  /** Who has sent it; undefined when it is none of the app's workers. */
  worker: WorkerId | undefined;
  /** In capitals: PUBLISH, SUBSCRIBE, PSUBSCRIBE … */
  command: string;
  /** The channel or the pattern. */
  channel: string;
  /** Of the payload of a PUBLISH. */
  bytes?: number | undefined;
  /** How many listened on that channel when it was published; unknown when Redis has gone since. */
  received?: number | undefined;
}

export type TraceEvent =
  TracedRequest | TracedGone | TracedListening | TracedReady | TracedLink | TracedCommand;

/** A process that ended by its own will: `exit` ran in it. A killed one leaves no such record. */
export interface TracedExit {
  at: number;
  worker: WorkerId;
  code: number;
}

/** Whether a message of a worker is a report of our preload: nobody else uses that type. */
export function isReport(message: unknown): message is { type: string; data: TraceEvent } {
  return (
    typeof message === "object" &&
    message !== null &&
    "type" in message &&
    message.type === REPORT &&
    "data" in message
  );
}
