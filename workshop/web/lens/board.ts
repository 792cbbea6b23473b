import type { WorkerId } from "../../trace/events.ts";
import { EventBuffer } from "./buffer.ts";
import { factOf, type Fact } from "./facts.ts";
import { laneIdOf, lanesOf, workerOf, type Lane } from "./lanes.ts";
import { KEPT, type LensEvent, type LensSnapshot, type LensStep } from "./messages.ts";
import { Relays } from "./relays.ts";

/** Sessions of one worker lie beside each other in its lane, on so many lines. */
export const LINES = 5;

/** A session as a thread through the lanes. */
export interface Thread {
  sid: string;
  /** Absent while the request that opened it was not seen. */
  owner: WorkerId | undefined;
  ownerLane: string | undefined;
  /** Which of the lines of its owner's lane is its own, from 0. */
  line: number;
  /** Its requests in their order, those that are kept. */
  facts: Fact[];
  refused: number;
  relayed: number;
}

/** Totals since the session was opened, or since all was cleared. */
export interface Totals {
  requests: number;
  opened: number;
  refused: number;
  relayed: number;
  /** By lane: how many, and the process that was last heard there. */
  lanes: ReadonlyMap<string, { requests: number; refused: number; pid?: number | undefined }>;
}

/** All that is known of what the lens has seen: the facts, the threads, the lanes, and the relays. */
export class Board {
  readonly #buffer: EventBuffer;
  #step: LensStep | undefined;
  #facts = new Map<number, Fact>();
  #threads = new Map<string, Thread>();
  #relays = new Relays();
  #workers = new Map<string, WorkerId>();
  #lanes: Lane[] = [];
  #next = 1;
  #totals = emptyTotals();
  #opened = new Map<string, number>();

  constructor(keep = KEPT) {
    this.#buffer = new EventBuffer(keep);
  }

  /** Begins anew with what the server has kept. */
  fill({ step, events, dropped }: LensSnapshot): void {
    this.#step = step;
    this.#facts = new Map();
    this.#threads = new Map();
    this.#relays = new Relays();
    this.#workers = new Map();
    this.#opened = new Map();
    this.#totals = emptyTotals();
    this.#buffer.fill([], dropped);
    this.#next = dropped + 1;
    this.#lanes = lanesOf(step, []);
    this.add(events);
  }

  /**
   * Adds what is new, and gives it as facts. What is known already is passed over.
   *
   * @throws MissingEvents when there is a gap: then all has to be asked for again.
   */
  add(events: readonly LensEvent[]): Fact[] {
    const added: Fact[] = [];
    for (const told of events) {
      if (told.n < this.#next) continue;
      if (told.n > this.#next) throw new MissingEvents(this.#next, told.n);
      this.#next += 1;
      added.push(this.#addOne(told));
    }
    this.#forget();
    return added;
  }

  get step(): LensStep | undefined {
    return this.#step;
  }

  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  /** What is kept, oldest first. */
  get facts(): Fact[] {
    return this.#buffer.events.flatMap(({ n }) => this.#facts.get(n) ?? []);
  }

  get size(): number {
    return this.#buffer.size;
  }

  get dropped(): number {
    return this.#buffer.dropped;
  }

  /** The number of the oldest one that is kept. */
  get first(): number {
    return this.#buffer.first?.n ?? this.#next;
  }

  get last(): Fact | undefined {
    return this.#facts.get(this.#next - 1);
  }

  get totals(): Totals {
    return this.#totals;
  }

  get relays(): Relays {
    return this.#relays;
  }

  fact(n: number | undefined): Fact | undefined {
    return n === undefined ? undefined : this.#facts.get(n);
  }

  thread(sid: string | undefined): Thread | undefined {
    return sid === undefined ? undefined : this.#threads.get(sid);
  }

  /** Those of which anything is kept, the latest first. */
  get threads(): Thread[] {
    return [...this.#threads.values()].filter(({ facts }) => facts.length > 0).reverse();
  }

  #addOne(told: LensEvent): Fact {
    const fact = factOf(told);
    this.#buffer.add(told);
    this.#facts.set(fact.n, fact);
    this.#meet(workerOf(told));
    this.#relays.add(fact);
    if (fact.event.kind === "request" && fact.isEngine) this.#count(fact);
    if (fact.sid !== undefined) this.#weave(fact, fact.sid);
    return fact;
  }

  #meet(worker: WorkerId | undefined): void {
    if (!worker) return;
    const id = laneIdOf(worker);
    if (this.#workers.get(id)?.pid === worker.pid) return;
    this.#workers.set(id, worker);
    this.#laneTotals(id).pid = worker.pid;
    if (!this.#lanes.some((lane) => lane.id === id)) {
      this.#lanes = lanesOf(this.#step, this.#workers.values());
    }
  }

  #laneTotals(id: string) {
    const known = this.#totals.lanes.get(id);
    if (known) return known;
    const fresh: LaneTotals = { requests: 0, refused: 0 };
    this.#totals.lanes.set(id, fresh);
    return fresh;
  }

  #count(fact: Fact): void {
    // What was relayed is reported twice; the client has asked once.
    if (fact.isRelayed) {
      this.#totals.relayed += 1;
      return;
    }
    this.#totals.requests += 1;
    const lane = this.#laneTotals(fact.lane ?? "");
    lane.requests += 1;
    if (fact.tone === "opened") this.#totals.opened += 1;
    if (fact.tone === "refused") {
      this.#totals.refused += 1;
      lane.refused += 1;
    }
  }

  #weave(fact: Fact, sid: string): void {
    let thread = this.#threads.get(sid);
    if (!thread) {
      const { owner, ownerLane } = fact;
      thread = { sid, owner, ownerLane, line: 0, facts: [], refused: 0, relayed: 0 };
      this.#threads.set(sid, thread);
      thread.line = this.#takeLine(ownerLane);
    }
    // The request that opened it may be reported after another one of it.
    if (!thread.owner && fact.owner) {
      thread.owner = fact.owner;
      thread.ownerLane = fact.ownerLane;
      thread.line = this.#takeLine(fact.ownerLane);
    }
    thread.facts.push(fact);
    if (fact.isRelayed) thread.relayed += 1;
    else if (fact.tone === "refused") thread.refused += 1;
  }

  #takeLine(lane: string | undefined): number {
    if (lane === undefined) return 0;
    const count = this.#opened.get(lane) ?? 0;
    this.#opened.set(lane, count + 1);
    return count % LINES;
  }

  #forget(): void {
    const { first } = this;
    for (const n of this.#facts.keys()) {
      if (n >= first) break;
      const fact = this.#facts.get(n);
      this.#facts.delete(n);
      const thread = this.thread(fact?.sid);
      if (!thread) continue;
      thread.facts = thread.facts.filter((each) => each.n >= first);
      if (thread.facts.length === 0) this.#threads.delete(thread.sid);
    }
    this.#relays.forget(first);
  }
}

interface LaneTotals {
  requests: number;
  refused: number;
  pid?: number | undefined;
}

function emptyTotals() {
  return { requests: 0, opened: 0, refused: 0, relayed: 0, lanes: new Map<string, LaneTotals>() };
}

/** Some events have not come: between the last batch and this one, the connection was cut. */
export class MissingEvents extends Error {
  constructor(expected: number, got: number) {
    super(`Expected event ${expected}, and got ${got}.`);
  }
}
