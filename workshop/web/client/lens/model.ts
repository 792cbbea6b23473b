import { Board, MissingEvents } from "../../lens/board.ts";
import type { Fact } from "../../lens/facts.ts";
import { isShown, SHOW_ALL, type Filter } from "../../lens/filter.ts";
import type { LensBatch, LensSnapshot } from "../../lens/messages.ts";
import { Rate } from "../../lens/rates.ts";
import { Timeline } from "./timeline.ts";

/** How wide a unit may be, in px. */
export const ZOOMS = [6, 9, 14, 20, 30, 44, 62, 84] as const;
/** What follows by itself shows at least so many seconds … */
const AUTO_SECONDS = 5;
/** … and is as wide as a picture of this width allows, in px, while little happens. */
const AUTO_WIDEST = [
  { upto: 600, zoom: 4 },
  { upto: 1_500, zoom: 5 },
  { upto: Infinity, zoom: 6 },
] as const;

/** Where the lens's events come from. */
export interface LensSource {
  /** Asks for all that is kept. */
  snapshot: () => Promise<LensSnapshot>;
  clear: () => void | Promise<void>;
}

/** All that the lens shows and how, whoever draws it. */
export class LensModel {
  readonly board: Board;
  timeline = new Timeline();
  filter: Filter = SHOW_ALL;
  /** Whether new events wait outside. */
  isPaused = false;
  /** The event up to which is shown, where somebody steps through; undefined: all. */
  cursor: number | undefined;
  /** What stands at the left edge where somebody has moved the picture, in units. */
  held: number | undefined;
  /** The event whose heads are shown. */
  selected: number | undefined;
  view: "picture" | "table" = "picture";
  /** An index of ZOOMS; `auto`: as the events come. */
  zoom: number | "auto" = "auto";
  /** How many have come while it was paused. */
  waiting = 0;
  readonly rate = new Rate();
  /** Counted up with every change. */
  version = 0;

  readonly #source: LensSource;
  readonly #listeners = new Set<() => void>();
  #run = -1;
  #asking: Promise<void> | undefined;
  #isFilled = false;
  #auto = 5;

  /** @param keep how many events are kept; the server keeps as many */
  constructor(source: LensSource, keep?: number) {
    this.#source = source;
    this.board = new Board(keep);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for all that the server has kept: at first, and when the connection is back. */
  async refresh(): Promise<void> {
    this.#asking ??= this.#source
      .snapshot()
      .then((snapshot) => this.#fill(snapshot))
      .catch(() => {
        // No connection: when it is back, it is asked again.
      })
      .finally(() => (this.#asking = undefined));
    await this.#asking;
  }

  /** Takes what is new. */
  hear({ run, events, isCleared }: LensBatch): void {
    if (isCleared || run !== this.#run || !this.#isFilled) {
      this.#isFilled = false;
      void this.refresh();
      return;
    }
    try {
      this.#take(this.board.add(events));
    } catch (error) {
      if (!(error instanceof MissingEvents)) throw error;
      void this.refresh();
    }
  }

  /** Events that are shown, in their order. */
  get shown(): readonly Fact[] {
    return this.timeline.items.map(({ fact }) => fact);
  }

  /** The one at which somebody is who steps through; else the latest. */
  get current(): Fact | undefined {
    return this.timeline.placeOf(this.cursor)?.fact ?? this.timeline.items.at(-1)?.fact;
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.#changed();
  }

  /** Stays where somebody has moved the picture to: what they look at shall not run away. */
  holdAt(left: number): void {
    this.isPaused = true;
    this.held = left;
    this.#changed();
  }

  /** Goes on: what has waited comes in. */
  resume(): void {
    this.isPaused = false;
    this.held = undefined;
    this.cursor = undefined;
    this.#lay();
  }

  togglePause(): void {
    if (this.isPaused) this.resume();
    else this.pause();
  }

  /** Goes so many events on, or back; whoever steps through does not want to be overtaken. */
  step(by: number): void {
    const { items } = this.timeline;
    if (items.length === 0) return;
    this.isPaused = true;
    const at = items.findIndex(({ fact }) => fact.n === (this.cursor ?? Infinity));
    const from = at === -1 ? items.length - 1 : at;
    // Whoever begins to step back, takes the latest away first.
    const to = Math.min(items.length - 1, Math.max(0, from + by));
    this.stepTo(items[to]?.fact.n);
  }

  stepTo(n: number | undefined): void {
    this.isPaused = true;
    this.held = undefined;
    this.cursor = n;
    if (this.selected !== undefined) this.selected = n;
    this.#changed();
  }

  /** Shows the heads of an event, or of none. */
  select(n: number | undefined): void {
    this.selected = n;
    if (n !== undefined && this.timeline.placeOf(n)) {
      this.isPaused = true;
      this.cursor = n;
    }
    this.#changed();
  }

  show(what: Partial<Filter>): void {
    this.filter = { ...this.filter, ...what };
    this.#lay();
  }

  lookAt(view: LensModel["view"]): void {
    this.view = view;
    this.#changed();
  }

  /** Wider or narrower, from what is seen now. */
  zoomBy(steps: number): void {
    const from = this.zoom === "auto" ? this.#auto : this.zoom;
    this.zoomTo(Math.min(ZOOMS.length - 1, Math.max(0, from + steps)));
  }

  zoomTo(zoom: LensModel["zoom"]): void {
    this.zoom = zoom;
    this.#changed();
  }

  /** How wide a unit is in a plot of this width, in px. */
  unit(width: number): number {
    if (this.zoom !== "auto") return ZOOMS[this.zoom] ?? 44;
    // What somebody looks at does not change by what happens outside.
    if (this.isPaused) return ZOOMS[this.#auto] ?? 44;
    const wanted = width / Math.max(1, this.rate.at(Date.now()) * AUTO_SECONDS);
    const fitting = ZOOMS.findLastIndex((zoom) => zoom <= wanted);
    const widest = AUTO_WIDEST.find(({ upto }) => width <= upto)?.zoom ?? 5;
    const next = Math.min(widest, Math.max(0, fitting));
    // Narrower at once; wider only when there is room for it, or it would go to and fro.
    const roomy = (ZOOMS[this.#auto + 1] ?? Infinity) * 1.5 <= wanted;
    if (next < this.#auto || (next > this.#auto && roomy) || this.#auto > widest) this.#auto = next;
    return ZOOMS[this.#auto] ?? 44;
  }

  /** Forgets all events, for every page that shows them. */
  async clear(): Promise<void> {
    await this.#source.clear();
  }

  #fill(snapshot: LensSnapshot): void {
    const isOther = snapshot.run !== this.#run;
    this.#run = snapshot.run;
    this.#isFilled = true;
    this.board.fill(snapshot);
    this.rate.clear();
    if (isOther || snapshot.events.length === 0) {
      this.isPaused = false;
      this.cursor = undefined;
      this.selected = undefined;
      this.filter = { ...this.filter, sid: undefined, lane: undefined };
    }
    if (this.isPaused && this.cursor === undefined) this.cursor = this.current?.n;
    this.#lay();
  }

  #take(facts: readonly Fact[]): void {
    for (const fact of facts) this.rate.add(fact.when);
    const fresh = facts.filter((fact) => this.#isShown(fact));
    if (this.isPaused) {
      this.waiting += fresh.length;
    } else {
      for (const fact of fresh) this.timeline.add(fact);
      this.timeline.forget(this.board.first);
    }
    this.#changed();
  }

  /** Lays all out anew. */
  #lay(): void {
    this.timeline = new Timeline();
    for (const fact of this.board.facts) if (this.#isShown(fact)) this.timeline.add(fact);
    this.waiting = 0;
    const { cursor } = this;
    if (cursor !== undefined && !this.timeline.placeOf(cursor)) {
      const { items } = this.timeline;
      const near = items.findLast(({ fact }) => fact.n <= cursor) ?? items[0];
      this.cursor = near?.fact.n;
    }
    this.#changed();
  }

  #isShown(fact: Fact): boolean {
    return isShown(fact, this.filter, (command) => this.board.relays.of(command)?.edge.sid);
  }

  #changed(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}
