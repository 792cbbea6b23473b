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
      //#region TODO 8.4
      // Take what is between() `at` and the cursor of the tail, page by page; look again, since the
      // cursor moves on meanwhile; and where you have come to where the cursor is, enter() at once.
      // Who isGone() by the time a page is there is given nothing of it.
      // If nobody holds() what is at `at` any more, the comer must be told, once: miss(). If it is
      // held, and the cursor isBefore() it, this worker is behind: wait until the tail moves().
      enter();
      return;
      //#endregion
    } catch {
      await sleep(AGAIN);
    }
  }
}
