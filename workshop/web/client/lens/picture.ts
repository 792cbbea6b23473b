import type { Board, Thread } from "../../lens/board.ts";
import type { Fact } from "../../lens/facts.ts";
import { hueOf, laneIdOf, REDIS_LANE } from "../../lens/lanes.ts";
import type { Relay } from "../../lens/relays.ts";
import { rowIn, type Geometry } from "./geometry.ts";
import type { Placed, Timeline } from "./timeline.ts";

/** A point in the picture, in px; x from the picture's base. */
export interface Point {
  x: number;
  y: number;
}

/** Where a thread lies in the lane of its owner, in px. */
export interface Lifeline {
  y: number;
  from: number;
  to: number;
  /** From where on it is a WebSocket. */
  socket?: number;
}

/** The way of a relayed request, and of its answer. */
export interface Passage {
  /** Where it came to the worker that the client met. */
  start: Point;
  /** Where it comes to the owner, and where the answer comes back. */
  owned: Point;
  ended: Point;
  there: string;
  home: string;
}

/** Farther away than this nothing is meant, in px. */
const NEAR = 24;

/** What is drawn of a stretch of the timeline. */
export interface Stretch {
  board: Board;
  timeline: Timeline;
  geometry: Geometry;
  /** What stands at 0, in units. */
  base: number;
  /** From where to where, in units. */
  from: number;
  to: number;
}

/** Where things are drawn in a stretch. */
export class Picture {
  readonly #stretch: Stretch;
  readonly items: readonly Placed[];
  readonly #lifelines = new Map<string, Lifeline | undefined>();

  constructor(stretch: Stretch) {
    this.#stretch = stretch;
    this.items = stretch.timeline.between(stretch.from, stretch.to);
  }

  x(units: number): number {
    const { base, geometry } = this.#stretch;
    return (units - base) * geometry.unit;
  }

  /** The mark of a fact; undefined for what has none, or is not shown. */
  point(fact: Fact): Point | undefined {
    const placed = this.#stretch.timeline.placeOf(fact.n);
    const y = this.#y(fact);
    return placed && y !== undefined ? { x: this.x(placed.x), y } : undefined;
  }

  #y(fact: Fact): number | undefined {
    const { board, geometry } = this.#stretch;
    const row = rowIn(geometry, fact.lane);
    if (!row) return undefined;
    const thread = board.thread(fact.sid);
    if (!thread) return row.middle;
    return row.lines[thread.line % row.lines.length];
  }

  /** The threads of all that is seen. */
  get threads(): Thread[] {
    const { board } = this.#stretch;
    const sids = new Set(this.items.map(({ fact }) => fact.sid));
    return [...sids].flatMap((sid) => board.thread(sid) ?? []);
  }

  threadOf({ sid }: Fact): Thread | undefined {
    return this.#stretch.board.thread(sid);
  }

  /** The mark nearest to a point. */
  nearest({ x, y }: Point): Fact | undefined {
    let [best, distance]: [Fact | undefined, number] = [undefined, Infinity];
    for (const { fact } of this.items) {
      const at = this.point(fact);
      const far = at ? Math.hypot(at.x - x, at.y - y) : Infinity;
      if (far < distance) [best, distance] = [fact, far];
    }
    return distance < NEAR ? best : undefined;
  }

  /** Where a thread lies in its owner's lane. */
  lifeline(thread: Thread): Lifeline | undefined {
    if (!this.#lifelines.has(thread.sid)) this.#lifelines.set(thread.sid, this.#lay(thread));
    return this.#lifelines.get(thread.sid);
  }

  #lay(thread: Thread): Lifeline | undefined {
    const { geometry, timeline } = this.#stretch;
    const row = rowIn(geometry, thread.ownerLane);
    const places = thread.facts.flatMap((fact) => timeline.placeOf(fact.n) ?? []);
    const [first, last] = [places[0], places.at(-1)];
    if (!row || !first || !last) return undefined;
    const upgraded = places.find(({ fact }) => fact.shape === "upgrade" && fact.status === 101);
    return {
      y: row.lines[thread.line % row.lines.length] ?? row.middle,
      from: this.x(first.x),
      to: this.x(last.x),
      ...(upgraded ? { socket: this.x(upgraded.x) } : {}),
    };
  }

  /** How a request of somebody else's session leaves the thread; undefined for any other. */
  excursion(fact: Fact, thread: Thread): string | undefined {
    const { timeline, geometry } = this.#stretch;
    const to = this.point(fact);
    const line = this.lifeline(thread);
    if (!fact.isForeign || !to || !line) return undefined;
    const before = thread.facts.findLast(
      (other) => other.n < fact.n && timeline.placeOf(other.n) !== undefined && !other.isForeign,
    );
    const from = before && this.point(before);
    const x = Math.max(from?.x ?? -Infinity, to.x - geometry.unit * 1.1);
    return curve({ x, y: line.y }, to);
  }

  /** From a refused request straight to the thread of its session. */
  pointer(fact: Fact, thread: Thread): { from: Point; to: Point } | undefined {
    const from = this.point(fact);
    const line = this.lifeline(thread);
    return from && line ? { from, to: { x: from.x, y: line.y } } : undefined;
  }

  /**
   * The way of a relayed request: from the worker that the client met over Redis to the owner, and back
   * the same way. Undefined where one of its ends is not shown.
   */
  passage({ edge, owner, forth, back }: Relay): Passage | undefined {
    const { geometry, timeline } = this.#stretch;
    const [met, answered] = [this.point(edge), this.point(owner)];
    const bus = rowIn(geometry, REDIS_LANE.id);
    if (!met || !answered) return undefined;
    const arrival = Math.min(this.x(timeline.placeAt(edge.at)), answered.x - geometry.unit * 0.6);
    const start = { x: Math.max(arrival, answered.x - geometry.unit * 2.2), y: met.y };
    if (!bus) {
      const [owned, ended] = [this.#before(answered, start), this.#before(met, answered)];
      return { start, owned, ended, there: curve(start, owned), home: curve(answered, ended) };
    }
    const hop = (command: Fact | undefined, one: number, other: number): Point => {
      const seen = command && this.point(command)?.x;
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const x = seen !== undefined && seen >= low && seen <= high ? seen : (one + other) / 2;
      return { x, y: bus.middle };
    };
    const over = hop(forth, start.x, answered.x);
    const homeward = hop(back, answered.x, met.x);
    const [owned, ended] = [this.#before(answered, over), this.#before(met, homeward)];
    return {
      start,
      owned,
      ended,
      there: curve(start, over) + curve(over, owned, true),
      home: curve(answered, homeward) + curve(homeward, ended, true),
    };
  }

  /** Where a way to a mark ends: before it, so that there is room for the tip of an arrow. */
  #before(mark: Point, from: Point): Point {
    const { radius } = this.#stretch.geometry;
    return { x: Math.min(mark.x - radius, Math.max(mark.x - radius * 1.9, from.x + 2)), y: mark.y };
  }

  /** From the one who publishes through Redis to all who listen. */
  fan(fact: Fact): { top: number; bottom: number; ends: number[] } | undefined {
    const { board, geometry } = this.#stretch;
    const { event } = fact;
    if (event.kind !== "command" || fact.shape !== "publish") return undefined;
    const lanes = board.relays.listenersOn(event.channel);
    const ends = [...lanes].flatMap((lane) => rowIn(geometry, lane)?.middle ?? []);
    const by = event.worker && rowIn(geometry, laneIdOf(event.worker))?.middle;
    const all = [...ends, ...(by === undefined ? [] : [by])];
    if (all.length === 0) return undefined;
    return { top: Math.min(...all), bottom: Math.max(...all), ends };
  }
}

/** The colour of a mark: that of the worker whose session it is, wherever it stands. */
export function hueFor({ owner, worker }: Fact): number | undefined {
  const whose = owner ?? worker;
  return whose && hueOf(whose);
}

/** A curve that leaves and arrives in the direction of time. */
export function curve(from: Point, to: Point, goesOn = false): string {
  const middle = (from.x + to.x) / 2;
  const start = goesOn ? "" : `M${round(from.x)} ${round(from.y)}`;
  return `${start}C${round(middle)} ${round(from.y)} ${round(middle)} ${round(to.y)} ${round(to.x)} ${round(to.y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
