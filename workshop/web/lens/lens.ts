import type { Trace } from "../../trace/collector.ts";
import type { TraceEvent, WorkerId } from "../../trace/events.ts";
import type { LensNote } from "../protocol.ts";
import { EventBuffer } from "./buffer.ts";
import type { LensBatch, LensEvent, LensSnapshot, LensStep, NoteEvent } from "./messages.ts";

/** How often pages are told, in ms: faster than that nobody sees a difference. */
export const TELL_EVERY = 100;
/**
 * How long an event is held before it gets its number, in ms. Workers report on ways of their own, and
 * what Redis was told comes on yet another: within this time they are put in order.
 */
const HOLD = 150;

/** Headers that are keys to something. */
const SECRET = /^((?:set-cookie|cookie|(?:proxy-)?authorization): *).*$/gim;

interface Held {
  heard: number;
  when: number;
  event: TraceEvent | NoteEvent;
  /** Asked late: the report of the request that opened the session may come after others of it. */
  owner: () => WorkerId | undefined;
}

/**
 * The lens on the server: hears all that the app's workers report, puts it in order, keeps the latest
 * 5,000 events and sends what is new to the pages, in batches.
 */
export class Lens implements Disposable {
  readonly #send: (batch: LensBatch) => void;
  readonly #now: () => number;
  readonly #kept = new EventBuffer();
  #held: Held[] = [];
  #next = 1;
  #run = 0;
  #step: LensStep | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param now gives the time in ms; tests have a clock of their own */
  constructor(send: (batch: LensBatch) => void, now: () => number = Date.now) {
    this.#send = send;
    this.#now = now;
  }

  /** A session was opened: all that was is forgotten. */
  begin({ run, step }: { run: number; step: LensStep }): void {
    const { number, title, workers, hosts, services, runs } = step;
    this.#run = run;
    this.#step = { number, title, workers, hosts, services, runs };
    this.clear();
  }

  /** Takes what a worker has reported. */
  hear(event: TraceEvent, trace: Pick<Trace, "ownerOf">): void {
    const owner = () => (event.kind === "request" ? trace.ownerOf(event.sid) : undefined);
    this.#hold({ when: endOf(event), event: discreet(event), owner });
  }

  /** Takes what was done to the app. */
  note({ at, text, kind: tone }: LensNote): void {
    this.#hold({ when: at, event: { kind: "note", at, text, tone }, owner: () => undefined });
  }

  /** All that is kept; batches follow from there. */
  snapshot(): LensSnapshot {
    const { events, dropped } = this.#kept;
    return { run: this.#run, step: this.#step, events, dropped };
  }

  /** Forgets all events, and tells the pages to. Their numbers begin anew. */
  clear(): void {
    this.#forget();
    this.#send({ run: this.#run, events: [], isCleared: true });
  }

  /** Gives their numbers to those that were held long enough, keeps and sends them. */
  flush(): void {
    const until = this.#now() - HOLD;
    const ripe = this.#held.filter(({ heard }) => heard <= until);
    if (ripe.length === 0) return;
    this.#held = this.#held.filter(({ heard }) => heard > until);
    const events = ripe
      .toSorted((one, other) => one.when - other.when)
      .map(({ when, event, owner }): LensEvent => ({
        n: this.#next++,
        when,
        event,
        owner: owner(),
      }));
    for (const event of events) this.#kept.add(event);
    this.#send({ run: this.#run, events });
  }

  #hold(held: Omit<Held, "heard">): void {
    this.#held.push({ ...held, heard: this.#now() });
    this.#wait();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush();
      if (this.#held.length > 0) this.#wait();
    }, TELL_EVERY);
  }

  #forget(): void {
    this.#held = [];
    this.#kept.clear();
    this.#next = 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.#forget();
  }
}

/** When it was over: a request is a mark where it was answered. */
function endOf(event: TraceEvent): number {
  return event.kind === "request" ? event.at + event.ms : event.at;
}

/**
 * Browsers send cookies to each port of a machine: that of the workbench itself must not stand on a
 * projector, and no other need.
 */
function discreet(event: TraceEvent): TraceEvent {
  if (event.kind !== "request" || !event.raw) return event;
  const hide = (head: string) => head.replace(SECRET, "$1(not shown)");
  const { request, response } = event.raw;
  return { ...event, raw: { request: hide(request), response: hide(response) } };
}
