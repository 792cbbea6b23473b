import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import type { TraceEvent, TracedCommand, TracedExit, TracedRequest, WorkerId } from "./events.ts";

/** The oldest go when there are more: a session may run for days. */
const KEEP = 20_000;

/**
 * What the workers of one app have reported, in the order of arrival. It can be asked at any time
 * and tells of each new event by `event`.
 */
export class Trace extends EventEmitter<{ event: [TraceEvent] }> {
  readonly #events: TraceEvent[] = [];
  readonly #owners = new Map<string, WorkerId>();
  readonly #links = new Map<number, WorkerId>();
  readonly #exitsFiles: readonly string[];

  /** @param exitsFiles where the workers write that they have ended by their own will */
  constructor(...exitsFiles: string[]) {
    super();
    this.#exitsFiles = exitsFiles;
  }

  add(event: TraceEvent): void {
    this.#events.push(event);
    if (this.#events.length > KEEP) {
      for (const old of this.#events.splice(0, KEEP / 10)) {
        if (old.kind === "request" && old.opened) this.#owners.delete(old.opened);
      }
    }
    if (event.kind === "request" && event.opened) this.#owners.set(event.opened, event.worker);
    if (event.kind === "link") this.#links.set(event.port, event.worker);
    this.emit("event", event);
  }

  get events(): readonly TraceEvent[] {
    return this.#events;
  }

  /** The Socket.IO requests so far: those that name a transport. */
  get requests(): TracedRequest[] {
    return this.#events.filter(isEngineRequest);
  }

  /** The requests that were answered with an error, each as the worker saw it that the client met. */
  get refused(): TracedRequest[] {
    return this.requests.filter((request) => isRefused(request) && !request.relayed);
  }

  /**
   * All that belongs to one session: the request that opened it and those that name it. One that was
   * relayed is there twice: as the worker saw it that the client met, and as its owner did.
   */
  of(sid: string): TracedRequest[] {
    return this.requests.filter((request) => request.sid === sid || request.opened === sid);
  }

  /** The request that a client marked with this `t`, as the worker saw it that the client met. */
  tagged(tag: string): TracedRequest | undefined {
    return this.requests.find((request) => request.tag === tag && !request.relayed);
  }

  /** The worker whose answer opened the session. */
  ownerOf(sid: string | undefined): WorkerId | undefined {
    return sid === undefined ? undefined : this.#owners.get(sid);
  }

  /** What Redis was told so far, as far as it is about channels. */
  get commands(): TracedCommand[] {
    return this.#events.filter((event) => event.kind === "command");
  }

  /** The worker whose connection to Redis has this local port. */
  linkedBy(port: number): WorkerId | undefined {
    return this.#links.get(port);
  }

  /** The workers that ended by their own will, read from the files that they leave it in. */
  exits(): TracedExit[] {
    return this.#exitsFiles.flatMap(exitsIn).toSorted((one, other) => one.at - other.at);
  }
}

function exitsIn(file: string): TracedExit[] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Nobody has ended yet.
  }
  return text
    .split("\n")
    .slice(0, -1)
    .map((line): TracedExit => JSON.parse(line));
}

export function isEngineRequest(event: TraceEvent): event is TracedRequest {
  return event.kind === "request" && event.transport !== undefined;
}

export function isRefused(request: TracedRequest): boolean {
  return request.status >= 400;
}
