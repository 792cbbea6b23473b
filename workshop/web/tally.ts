import type { TraceEvent, TracedRequest } from "../trace/events.ts";

/** For how many seconds the rate of requests is kept. */
const SECONDS = 30;
/**
 * A session that polls has a request under way at all times, which is reported when it is answered:
 * at the latest after pingInterval and pingTimeout. In ms.
 */
const SILENT_FOR = 46_000;

interface Session {
  owner: number;
  /** When it was last heard of, in ms since the epoch. */
  heard: number;
  /** Whether it is on a WebSocket, whose end is told. */
  isWebSocket: boolean;
}

/** Counts what each worker does by what the trace tells: requests in each second, and clients. */
export class Tally {
  readonly #sessions = new Map<string, Session>();
  /** By pid, and then by second. */
  readonly #requests = new Map<number, Map<number, number>>();
  readonly #now: () => number;

  /** @param now gives the time in ms; tests have a clock of their own */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  hear(event: TraceEvent): void {
    if (event.kind === "gone") this.#sessions.delete(event.sid);
    if (event.kind === "request" && event.transport !== undefined) this.#count(event);
  }

  /** How many clients have their session at that process. */
  clients(pid: number): number {
    const since = this.#now() - SILENT_FOR;
    let count = 0;
    for (const [sid, { owner, heard, isWebSocket }] of this.#sessions) {
      if (!isWebSocket && heard < since) this.#sessions.delete(sid);
      else if (owner === pid) count += 1;
    }
    return count;
  }

  /** How many requests it has had in each of the last 30 seconds, the oldest first. */
  rate(pid: number): number[] {
    const now = Math.floor(this.#now() / 1_000);
    const counts = this.#requests.get(pid);
    return Array.from({ length: SECONDS }, (_, at) => counts?.get(now - SECONDS + 1 + at) ?? 0);
  }

  /** A process has ended: its sessions have ended with it. */
  ended(isThere: (pid: number) => boolean): void {
    for (const [sid, { owner }] of this.#sessions) if (!isThere(owner)) this.#sessions.delete(sid);
    for (const pid of this.#requests.keys()) if (!isThere(pid)) this.#requests.delete(pid);
  }

  clear(): void {
    this.#sessions.clear();
    this.#requests.clear();
  }

  #count(request: TracedRequest): void {
    const { worker, opened, sid, upgrade, status } = request;
    this.#tick(worker.pid);
    if (opened) {
      this.#sessions.set(opened, { owner: worker.pid, heard: this.#now(), isWebSocket: upgrade });
    }
    const session = sid === undefined ? undefined : this.#sessions.get(sid);
    if (!session || !sid) return;
    session.heard = this.#now();
    if (upgrade && status === 101) session.isWebSocket = true;
    // What a client says when it leaves: Engine.IO's packet "close".
    if (status === 200 && packetsOf(request).at(-1) === "1") this.#sessions.delete(sid);
  }

  #tick(pid: number): void {
    const second = Math.floor(this.#now() / 1_000);
    const counts = this.#requests.get(pid) ?? new Map<number, number>();
    this.#requests.set(pid, counts);
    counts.set(second, (counts.get(second) ?? 0) + 1);
    for (const old of counts.keys()) if (old <= second - SECONDS) counts.delete(old);
  }
}

/** Engine.IO's packets in the body of a POST. */
function packetsOf({ raw }: TracedRequest): string[] {
  return raw?.request.split("\r\n\r\n")[1]?.split("\u001e") ?? [];
}
