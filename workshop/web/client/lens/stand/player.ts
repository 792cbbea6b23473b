import type { LensBatch, LensEvent, LensSnapshot } from "../../../lens/messages.ts";

/** How often a batch comes, in ms; the server sends no faster. */
const EVERY = 100;

/** Plays what was recorded as if it happened now. */
export class Player {
  readonly #recorded: readonly LensEvent[];
  readonly #hear: (batch: LensBatch) => void;
  #snapshot: LensSnapshot;
  #next: number;

  constructor(snapshot: LensSnapshot, hear: (batch: LensBatch) => void) {
    this.#recorded = snapshot.events;
    this.#snapshot = snapshot;
    this.#next = snapshot.events.length + 1;
    this.#hear = hear;
  }

  snapshot(): LensSnapshot {
    return this.#snapshot;
  }

  clear(): void {
    this.#snapshot = { ...this.#snapshot, events: [], dropped: 0 };
    this.#next = 1;
  }

  /** The next events that were recorded, once more, as new sessions and at this moment. */
  send(count: number): void {
    const now = Date.now();
    const events = Array.from({ length: count }, () => this.#again(now));
    this.#hear({ run: this.#snapshot.run, events });
  }

  /** So many events a second, for so many seconds. */
  play(rate: number, seconds: number): void {
    let left = Math.round(rate * seconds);
    const timer = setInterval(() => {
      const count = Math.min(left, Math.round((rate * EVERY) / 1000));
      left -= count;
      this.send(count);
      if (left <= 0) clearInterval(timer);
    }, EVERY);
  }

  #again(now: number): LensEvent {
    const n = this.#next;
    this.#next += 1;
    const round = Math.floor((n - 1) / this.#recorded.length);
    const told = this.#recorded[(n - 1) % this.#recorded.length];
    if (!told) throw new Error("Nothing was recorded.");
    const shift = now - told.when;
    const renamed = (sid: string | undefined) => sid && `${round.toString(36)}${sid}`.slice(0, 20);
    const { event } = told;
    const again =
      event.kind === "request"
        ? { ...event, sid: renamed(event.sid), opened: renamed(event.opened), at: event.at + shift }
        : { ...event, at: event.at + shift };
    return { ...told, n, when: now, event: again };
  }
}
