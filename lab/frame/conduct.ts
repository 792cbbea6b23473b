import { loadavg } from "node:os";
import { Inconclusive } from "../../workshop/problems.ts";
import type { Run } from "../../workshop/stage/run.ts";
import type { Design, Experiment, Place } from "./experiment.ts";
import { Progress } from "./progress.ts";
import type { Store } from "./store.ts";
import { keyOf } from "./summary.ts";

/** How often a visit is tried. */
const TRIES = 3;

/** One place in one round. */
interface Step {
  at: Place;
  round: number;
}

/**
 * Every place once a round, and each round begins with another: what the machine does in the meantime
 * meets all variants alike.
 */
export function itinerary({ rounds, places }: Pick<Design, "rounds" | "places">): Step[] {
  return Array.from({ length: rounds }, (_, round) => {
    const begin = Math.floor((round / rounds) * places.length);
    const turned = [...places.slice(begin), ...places.slice(0, begin)];
    // Every other round goes the other way round: who comes after whom must not matter, either.
    const order = round % 2 === 1 ? turned.toReversed() : turned;
    return order.map((at) => ({ at, round }));
  }).flat();
}

/**
 * Makes all visits of a run that it has not made yet; each is kept as soon as it is done.
 *
 * @throws what the signal was aborted with, and whatever a visit fails at.
 */
export async function conduct(
  experiment: Experiment,
  store: Store,
  run: Run,
  signal: AbortSignal,
): Promise<void> {
  const { info } = store;
  const steps = itinerary(info);
  const left = steps.filter(({ at, round }) => !store.has(at, round));
  if (left.length === 0) return;
  store.update({ load: [...info.load, loadavg()[0] ?? NaN] });
  const begin = performance.now();
  const before = info.took;
  const progress = new Progress(steps.length, steps.length - left.length);
  try {
    progress.begin("starting");
    await using session = await experiment.open({ run, size: info.size, signal });
    for (const { at, round } of left) {
      signal.throwIfAborted();
      progress.begin(keyOf(at));
      const start = performance.now();
      const found = await persistently(() => session.visit(at, round));
      // What was measured while everything was taken down is no measure.
      signal.throwIfAborted();
      store.add({ at, round, ms: Math.round(performance.now() - start), found });
      progress.step(keyOf(at));
    }
    store.update({ finishedAt: new Date().toISOString() });
  } finally {
    store.update({ took: before + Math.round(performance.now() - begin) });
    progress.end();
  }
}

/** A visit that the machine was too busy for is made again, a few times. */
async function persistently<T>(visit: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await visit();
    } catch (error) {
      if (!(error instanceof Inconclusive) || tries === TRIES) throw error;
    }
  }
}
