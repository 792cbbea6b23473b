import { loadavg } from "node:os";
import { Inconclusive } from "../../workshop/problems.ts";
import type { Run } from "../../workshop/stage/run.ts";
import { dice, shuffled } from "../dice.ts";
import type { Design, Experiment, Found, Place } from "./experiment.ts";
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
 * Every place once a round, in an order by chance, so that what the machine does in the meantime is not
 * taken for what more workers do. Each round begins with another place.
 */
export function itinerary({
  rounds,
  places,
  seed,
}: Pick<Design, "rounds" | "places"> & { seed: number }): Step[] {
  const mixed = shuffled(places, dice(seed));
  return Array.from({ length: rounds }, (_, round) => {
    const begin = Math.floor((round / rounds) * mixed.length);
    const turned = [...mixed.slice(begin), ...mixed.slice(0, begin)];
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
    await using session = await experiment.open({
      run,
      size: info.size,
      seed: info.seed,
      signal,
    });
    for (const { at, round } of left) {
      signal.throwIfAborted();
      progress.begin(keyOf(at));
      const start = performance.now();
      const found = await persistently(() => session.visit(at, round));
      // What was measured while everything was taken down is no measure.
      signal.throwIfAborted();
      assertWatched(experiment, found);
      store.add({ at, round, ms: Math.round(performance.now() - start), found });
      progress.step(keyOf(at));
    }
    store.update({ finishedAt: new Date().toISOString() });
  } finally {
    store.update({ took: before + Math.round(performance.now() - begin) });
    progress.end();
  }
}

/** Nobody knows what a time is worth when nobody has looked how late the clock was read. */
function assertWatched({ measures }: Experiment, found: readonly Found[]): void {
  for (const { measure, lag } of found) {
    if (!measures[measure]?.isTimed || lag !== undefined) continue;
    throw new Error(`${measure} is timed, and how late the load was is not told.`);
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
