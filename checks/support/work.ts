/** Below this share of a core, in percent, a process waits for something, and tries again now and then. */
const IDLE = 5;
/** Over how long that share is taken, in ms: the system counts what a process has had in steps of 10. */
const LOOK_FOR = 1_000;

/** What a process has had of a core, from the first time that it is asked for. */
export class Work {
  #window: { since: number; asked: number; worked: number } | undefined;
  #idleSince = 0;

  /** @param cpu its share since it was asked for last, in percent */
  add(cpu: number): void {
    const now = performance.now();
    const { since, asked, worked } = this.#window ?? { since: now, asked: now, worked: 0 };
    if (!this.#window) this.#idleSince = now;
    const sum = worked + (now - asked) * cpu;
    const isOver = now - since >= LOOK_FOR;
    if (isOver && sum / (now - since) >= IDLE) this.#idleSince = now;
    this.#window = isOver
      ? { since: now, asked: now, worked: 0 }
      : { since, asked: now, worked: sum };
  }

  /** For how long it has had next to nothing, in ms. */
  get idleFor(): number {
    return this.#window ? performance.now() - this.#idleSince : 0;
  }
}
