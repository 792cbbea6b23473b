import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Inconclusive, MachineProblem, NotYet, type Finding } from "../problems.ts";

/** How often a condition is asked in the long run, in ms; at first it is asked more often. */
const EVERY = 20;

const scope = new AsyncLocalStorage<AbortSignal>();

/** Does something in whose course every `until` ends, by rejecting, when the signal comes. */
export function cancellable<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  return scope.run(signal, act);
}

export interface Wait<T> {
  /** How long to keep asking, in ms. */
  within: number;
  /** What to say when it never held; it gets what was last seen. */
  otherwise: (last: T | undefined) => Finding | Error;
  /** Ends the wait. Without one, the signal of the `cancellable` around it does. */
  signal?: AbortSignal | undefined;
}

/**
 * Asks `probe` until its answer satisfies `holds`, and gives that answer. What the probe throws
 * counts as "not yet" unless it is a finding of its own.
 *
 * @throws NotYet (or the given error) when the time is over.
 * @throws Inconclusive when this process itself was starved: it could ask less than a fifth as
 * often as it should, so the time says nothing about the learner's code.
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  holds: (value: T) => boolean,
  { within, otherwise, signal = scope.getStore() }: Wait<T>,
): Promise<T> {
  const start = performance.now();
  let last: T | undefined;
  let asleep = 0;
  let planned = 0;
  let naps = 0;

  for (;;) {
    signal?.throwIfAborted();
    const asked = await attempt(probe);
    if (asked) {
      last = asked.answer;
      if (holds(last)) return last;
    }
    if (performance.now() - start > within) break;
    const before = performance.now();
    const nap = Math.min(EVERY, 2 ** naps);
    await sleep(nap, undefined, signal ? { signal } : {});
    asleep += performance.now() - before;
    planned += nap;
    naps += 1;
  }

  if (asleep > planned * 5) {
    throw new Inconclusive(
      `this machine was too busy to judge: pauses of ${Math.round(planned)} ms took ${Math.round(asleep)} ms`,
    );
  }
  const failure = otherwise(last);
  throw failure instanceof Error ? failure : new NotYet(failure);
}

/**
 * The same for what need not come true: gives `undefined` when the time is over.
 *
 * @throws Inconclusive as `until` does.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  holds: (value: T) => boolean,
  within: number,
  signal?: AbortSignal,
): Promise<T | undefined> {
  const late = new Error("The time is over.");
  try {
    return await until(probe, holds, { within, otherwise: () => late, signal });
  } catch (error) {
    if (error === late) return undefined;
    throw error;
  }
}

/** What the probe answers. Nothing when it throws, unless what it throws is an answer of its own. */
async function attempt<T>(probe: () => T | Promise<T>): Promise<{ answer: T } | undefined> {
  try {
    return { answer: await probe() };
  } catch (error) {
    if (isTyped(error)) throw error;
    return undefined;
  }
}

function isTyped(error: unknown): boolean {
  return (
    error instanceof NotYet || error instanceof Inconclusive || error instanceof MachineProblem
  );
}
