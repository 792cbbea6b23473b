import type { Fact, Shape } from "../../lens/facts.ts";

/** A fact and its place from left to right, in units; the zoom says how wide a unit is. */
export interface Placed {
  fact: Fact;
  x: number;
  /** How long nothing had happened before, in ms, where that is worth a word. */
  pause?: number | undefined;
}

/** From how long on a pause is told, in ms. */
const PAUSE = 1_000;
/** Up to this two events follow each other at once, in ms. */
const AT_ONCE = 20;
/** How much of a unit each kind takes: what stands for a request has the most to say. */
const WIDTHS: Partial<Record<Shape, number>> = {
  publish: 0.3,
  subscribe: 0.22,
  birth: 0.4,
  other: 0.4,
};

/**
 * Where things stand from left to right. Not in proportion to time, in which a handshake of 20 ms and
 * a pause of 20 s would not go into one picture: events stand in their order, time between them widens
 * the gap a little, and long pauses are marked as such.
 */
export class Timeline {
  #items: Placed[] = [];
  readonly #byNumber = new Map<number, Placed>();
  #x = 0;
  #clock: number | undefined;

  add(fact: Fact): void {
    const since = this.#clock === undefined ? 0 : fact.when - this.#clock;
    this.#clock = Math.max(this.#clock ?? fact.when, fact.when);
    this.#x += widthOf(fact) + stretch(since);
    const placed: Placed = { fact, x: this.#x };
    if (since > PAUSE) placed.pause = since;
    this.#items.push(placed);
    this.#byNumber.set(fact.n, placed);
  }

  get items(): readonly Placed[] {
    return this.#items;
  }

  /** Where the latest stands, in units. */
  get end(): number {
    return this.#x;
  }

  /** Where the oldest stands that is there. */
  get start(): number {
    return this.#items[0]?.x ?? this.#x;
  }

  placeOf(n: number | undefined): Placed | undefined {
    return n === undefined ? undefined : this.#byNumber.get(n);
  }

  /** Takes away those that are kept no longer. */
  forget(before: number): void {
    const left = this.#items.findIndex(({ fact }) => fact.n >= before);
    const gone = left === -1 ? this.#items : this.#items.slice(0, left);
    if (gone.length === 0) return;
    for (const { fact } of gone) this.#byNumber.delete(fact.n);
    this.#items = left === -1 ? [] : this.#items.slice(left);
  }

  /** Those between two places, in units. */
  between(from: number, to: number): Placed[] {
    return this.#items.slice(this.#indexAt(from), this.#indexAt(to));
  }

  /** The item that stands nearest to a place. */
  nearest(x: number): Placed | undefined {
    const at = this.#indexAt(x);
    const [before, after] = [this.#items[at - 1], this.#items[at]];
    if (!before || !after) return before ?? after;
    return x - before.x < after.x - x ? before : after;
  }

  /** Where a moment lies: between the events before and after it. */
  placeAt(time: number): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle]?.fact.when ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [this.#items[low - 1], this.#items[low]];
    if (!after) return before?.x ?? this.#x;
    if (!before) return after.x - 0.5;
    const share = (time - before.fact.when) / Math.max(1, after.fact.when - before.fact.when);
    return before.x + (after.x - before.x) * Math.min(1, Math.max(0, share));
  }

  /** The index of the first item that stands there or to the right of it. */
  #indexAt(x: number): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle]?.x ?? Infinity) < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function widthOf({ shape }: Fact): number {
  return WIDTHS[shape] ?? 1;
}

/** How much wider a gap becomes by the time that has passed, in units. */
function stretch(ms: number): number {
  if (ms <= AT_ONCE) return 0;
  return Math.min(1, Math.log2(ms / AT_ONCE) * 0.12) + (ms > PAUSE ? 0.9 : 0);
}
