import { monitorEventLoopDelay } from "node:perf_hooks";

/** How late a process of the load was for its own timers while something was measured. */
export interface Lag {
  /** 99th percentile and longest, in ms. */
  p99: number;
  max: number;
}

/**
 * How late a process may be before what it has timed is no measure of the server, in ms: where many
 * clients of its own come or hear at the same time, which takes it some 20 to 40 ms by itself.
 */
export const MOST_LAG: Lag = { p99: 50, max: 250 };
/** The same where it does one thing after the other, and nothing of its own keeps it. */
export const MOST_LAG_ALONE: Lag = { p99: 25, max: 150 };

/** How often a process looks whether it is late, in ms: what `monitorEventLoopDelay` counts as well. */
const RESOLUTION = 5;
const NS_PER_MS = 1e6;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION });

/** Begins to watch how late this process is. */
export function startLag(): void {
  delays.reset();
  delays.enable();
}

/** How late it was since. */
export function stopLag(): Lag {
  delays.disable();
  const late = (ns: number) => Math.max(0, ns / NS_PER_MS - RESOLUTION);
  return { p99: late(delays.percentile(99)), max: late(delays.max) };
}

/** The worst of several processes. */
export function worstOf(lags: readonly Lag[]): Lag {
  return {
    p99: Math.max(0, ...lags.map(({ p99 }) => p99)),
    max: Math.max(0, ...lags.map(({ max }) => max)),
  };
}

/** Why what was timed under such a lag does not count; undefined when it does. */
export function whyInvalid(lag: Lag, most = MOST_LAG): string | undefined {
  if (lag.p99 <= most.p99 && lag.max <= most.max) return undefined;
  return `the load generator was late: p99 ${Math.round(lag.p99)} ms, longest ${Math.round(lag.max)} ms`;
}

/** What goes beside that which was timed under such a lag: how late it was, and whether it counts. */
export function judge(lag: Lag, most = MOST_LAG): { lag: number; invalid: string | undefined } {
  return { lag: Math.round(lag.p99 * 10) / 10, invalid: whyInvalid(lag, most) };
}
