import { KEPT, type LensEvent } from "./messages.ts";

/**
 * Keeps the latest events and says how many it has dropped. The oldest go a tenth at a time, so that
 * a full buffer costs no more than one that is not.
 */
export class EventBuffer {
  readonly #keep: number;
  readonly #slack: number;
  #events: LensEvent[] = [];
  /** How many at the beginning of the list are kept no longer, and only not yet taken away. */
  #stale = 0;
  #dropped = 0;

  /** @param keep how many it keeps at most */
  constructor(keep = KEPT) {
    this.#keep = keep;
    this.#slack = Math.ceil(keep / 10);
  }

  add(event: LensEvent): void {
    this.#events.push(event);
    if (this.#events.length - this.#stale <= this.#keep) return;
    this.#stale += 1;
    this.#dropped += 1;
    if (this.#stale < this.#slack) return;
    this.#events = this.#events.slice(this.#stale);
    this.#stale = 0;
  }

  /** Begins with what another buffer has kept. */
  fill(events: readonly LensEvent[], dropped: number): void {
    this.#events = events.slice(-this.#keep);
    this.#stale = 0;
    this.#dropped = dropped + events.length - this.#events.length;
  }

  clear(): void {
    this.#events = [];
    this.#stale = 0;
    this.#dropped = 0;
  }

  /** What is kept, oldest first. */
  get events(): readonly LensEvent[] {
    return this.#stale === 0 ? this.#events : this.#events.slice(this.#stale);
  }

  get size(): number {
    return this.#events.length - this.#stale;
  }

  /** How many have been there, and are kept no longer. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The oldest one that is kept. */
  get first(): LensEvent | undefined {
    return this.#events[this.#stale];
  }

  get last(): LensEvent | undefined {
    return this.size > 0 ? this.#events.at(-1) : undefined;
  }
}
