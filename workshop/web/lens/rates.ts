/** Over how long a rate is taken, in ms. */
const OVER = 3_000;

/** How many events a second there are, now. */
export class Rate {
  #moments: number[] = [];

  /** @param at when it happened, in ms since the epoch */
  add(at: number): void {
    this.#moments.push(at);
  }

  /** Events a second over the last three. */
  at(now: number): number {
    const from = now - OVER;
    // They come nearly in order: what is out of order by a moment changes no rate.
    const old = this.#moments.findIndex((moment) => moment >= from);
    if (old === -1) this.#moments = [];
    else if (old > 0) this.#moments = this.#moments.slice(old);
    return this.#moments.length / (OVER / 1_000);
  }

  clear(): void {
    this.#moments = [];
  }
}
