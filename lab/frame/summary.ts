import { bootstrap, mean, median, percentile, wilson, type Estimate } from "../statistics.ts";
import type { Experiment, Measure, Observation, Place } from "./experiment.ts";

/** What all valid samples of a measure at one place come to. */
export interface Summary extends Estimate {
  measure: string;
  at: Place;
  /** How many samples; of a share, how many of them held. */
  samples: number;
  held?: number;
  rounds: number;
  /** As it is quoted: `0 of 40`, `12.3 ms (11.0–14.2)`. */
  text: string;
}

const STATISTICS = {
  median,
  mean,
  p99: (samples: readonly number[]) => percentile(samples, 0.99),
};

/** The most samples that are resampled of one place: more make an interval no better, only slower. */
const ENOUGH = 5000;

/** What was found, in numbers. */
export class Summaries {
  readonly all: readonly Summary[];

  constructor(all: readonly Summary[]) {
    this.all = all;
  }

  /** The summary of a measure at that place, and no other. */
  at(measure: string, place: Place): Summary | undefined {
    const key = keyOf(place);
    return this.all.find((each) => each.measure === measure && keyOf(each.at) === key);
  }

  /** Those of a measure at places that have these values. */
  where(measure: string, place: Place = {}): Summary[] {
    return this.all.filter((each) => each.measure === measure && isAt(each.at, place));
  }
}

/** A place in words that are the same for the same place: `fix=none workers=4`. */
export function keyOf(place: Place): string {
  return Object.entries(place)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(" ");
}

function isAt(place: Place, wanted: Place): boolean {
  return Object.entries(wanted).every(([name, value]) => place[name] === value);
}

/** Summarizes what is valid. */
export function summarize(
  { measures }: Pick<Experiment, "measures">,
  observations: readonly Observation[],
): Summaries {
  const valid = observations.filter(
    ({ invalid, measure }) => invalid === undefined && measure in measures,
  );
  const groups = groupBy(valid, ({ measure, at }) => `${measure} ${keyOf(at)}`);
  const all = [...groups.values()].flatMap((group) => {
    const [first] = group;
    const measure = first && measures[first.measure];
    return measure ? summaryOf(measure, first, group) : [];
  });
  return new Summaries(all);
}

function summaryOf(
  measure: Measure,
  { measure: name, at }: Observation,
  group: readonly Observation[],
): Summary[] {
  const samples = group.flatMap((each) => each.samples);
  if (samples.length === 0) return [];
  const about = {
    measure: name,
    at,
    samples: samples.length,
    rounds: new Set(group.map(({ round }) => round)).size,
  };
  if (measure.show === "share") {
    const held = samples.filter((sample) => sample > 0).length;
    return [
      { ...about, held, ...wilson(held, samples.length), text: `${held} of ${samples.length}` },
    ];
  }
  const rounds = [...groupBy(group, ({ round }) => round).values()].map((each) =>
    thinned(each.flatMap((observation) => observation.samples)),
  );
  const statistic = STATISTICS[measure.show];
  const estimate = bootstrap(rounds, statistic);
  return [{ ...about, ...estimate, text: textOf(estimate, measure.unit) }];
}

/** As `Map.groupBy` does, which Node 20 has not. */
export function groupBy<K, T>(all: readonly T[], keyOfOne: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) {
    const key = keyOfOne(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

/** Every so manieth of them, in their order. */
function thinned(samples: readonly number[]): readonly number[] {
  const step = Math.ceil(samples.length / ENOUGH);
  return step <= 1 ? samples : samples.filter((_, at) => at % step === 0);
}

function textOf({ value, low, high }: Estimate, unit = ""): string {
  const after = unit && ` ${unit}`;
  // Neither a single sample nor what was always the same has an interval.
  if (value === Infinity && low === high) return "never";
  if (low === high) return `${Number.isInteger(value) ? value : number(value)}${after}`;
  if (value === Infinity) return `never (${number(low)}–never)`;
  return `${number(value)}${after} (${number(low)}–${number(high)})`;
}

/** Three digits that count. `never` for what did not come in time. */
export function number(value: number): string {
  if (value === Infinity) return "never";
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(digits);
}
