import { setTimeout as sleep } from "node:timers/promises";
import { between, holds, isBefore, type Kept } from "./history.ts";
import type { Tail } from "./tail.ts";

/** After what time a Redis that is away is asked again, in ms. */
const AGAIN = 200;

/** Somebody who comes back. */
export interface Comer {
  /** The last offset that it knows. */
  offset: string;
  isGone: () => boolean;
  /** Takes a message that it has missed. */
  take: (kept: Kept) => void;
  /** Is told that some of what it has missed is no longer kept. */
  miss: () => void;
}

/**
 * Gives somebody what was said since its offset, up to the cursor of this worker. Then it calls
 * `enter`, in the same tick as the last look at the cursor: what is before the cursor has been given,
 * and what comes after it, whoever has entered hears.
 *
 * While Redis is away, it waits.
 */
export async function catchUp(comer: Comer, tail: Tail, enter: () => void): Promise<void> {
  let at = comer.offset;
  let told = false;
  while (!comer.isGone()) {
    try {
      const isHeld = await holds(at);
      if (!isHeld && !told) comer.miss();
      told ||= !isHeld;
      const { cursor } = tail;
      if (cursor === undefined || (isHeld && isBefore(cursor, at))) {
        // It was at a worker that is ahead of this one.
        await tail.moves();
        continue;
      }
      const { kept, at: next } = await between(at, cursor);
      // It may have gone to another room meanwhile.
      if (comer.isGone()) return;
      for (const message of kept) comer.take(message);
      at = next;
      if (at === tail.cursor) {
        enter();
        return;
      }
    } catch {
      await sleep(AGAIN);
    }
  }
}
