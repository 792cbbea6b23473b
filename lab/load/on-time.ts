import type { Ask } from "../cluster/calls.ts";
import { MOST_LAG_ALONE, startLag, stopLag, whyInvalid, type Lag } from "./lag.ts";

/** How often something is done when the clients were late each time. */
const TRIES = 3;

/** A process of clients that says how late it was. */
export interface Clients {
  ask: Ask<{ startLag: typeof startLag; stopLag: typeof stopLag }>;
}

/**
 * Does what one process of clients times, and gives how late that process was meanwhile. When it was too
 * late to count, once more, three times in all; then it is the caller's to say that it does not count.
 */
export async function onTime<T>(
  { ask }: Clients,
  act: () => Promise<T>,
): Promise<{ result: T; lag: Lag }> {
  for (let tries = 1; ; tries += 1) {
    await ask("startLag");
    const result = await act();
    const lag = await ask("stopLag");
    if (tries === TRIES || whyInvalid(lag, MOST_LAG_ALONE) === undefined) return { result, lag };
  }
}
