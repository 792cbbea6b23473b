import { dice, sample } from "../dice.ts";
import {
  estimate,
  mean,
  median,
  percentile,
  wilson,
  type Estimate,
  type IntervalKind,
} from "../statistics.ts";
import type { Experiment, Measure, Observation, Place } from "./experiment.ts";

/** What all valid samples of a measure at one place come to. */
export interface Summary extends Estimate {
  measure: string;
  at: Place;
  /** How many samples; of a share, how many of them held. */
  samples: number;
  held?: number;
  rounds: number;
  /** What `low` and `high` are. */
  interval: IntervalKind;
  /** How long was waited for what is `never`, in the measure's unit; absent where it is not known. */
  within?: number | undefined;
  /** How late the load was for its own timers meanwhile, at worst: the 99th percentile, in ms. */
  lag?: number | undefined;
  /** As it is quoted: `0 of 40`, `12.3 ms (11.0–14.2)`. */
  text: string;
}

const STATISTICS = {
  median,
  mean,
  p99: (samples: readonly number[]) => percentile(samples, 0.99),
};

/** The most samples that are resampled of one place: more make an interval no better, only slower. */
const ENOUGH = 2000;

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
    within: mostOf(group.map(({ within }) => within)),
    lag: mostOf(group.map(({ lag }) => lag)),
  };
  if (measure.show === "share") {
    const held = samples.filter((one) => one > 0).length;
    const text = `${held} of ${samples.length}`;
    return [{ ...about, held, ...wilson(held, samples.length), interval: "wilson", text }];
  }
  const rounds = [...groupBy(group, ({ round }) => round).values()].map((each) =>
    thinned(each.flatMap((observation) => observation.samples)),
  );
  const found = estimate(rounds, STATISTICS[measure.show]);
  return [{ ...about, ...found, text: textOf(found, measure.unit, about.within) }];
}

/** The greatest of those that are there; undefined where none is. */
function mostOf(all: readonly (number | undefined)[]): number | undefined {
  const there = all.filter((one) => one !== undefined);
  return there.length > 0 ? Math.max(...there) : undefined;
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

/** As many of them as are enough, without bias. */
function thinned(samples: readonly number[]): readonly number[] {
  return sample(samples, ENOUGH, dice(samples.length));
}

function textOf(
  { value, low, high, interval }: Estimate & { interval: IntervalKind },
  unit = "",
  within?: number,
): string {
  const say = (one: number) => {
    if (one === Infinity) return neverOf(within);
    // What is counted has no digits that could be more than they are.
    return unit === "" && Number.isInteger(one) ? String(one) : number(one);
  };
  // `never` by itself has no unit; `over 2500` has one.
  const after = unit && !(value === Infinity && within === undefined) ? ` ${unit}` : "";
  // Neither a single sample nor what was always the same has an interval to be shown.
  if (low === high) return `${Number.isInteger(value) ? value : say(value)}${after}`;
  const name = interval === "range" ? "range " : "";
  return `${say(value)}${after} (${name}${say(low)}–${say(high)})`;
}

/** What did not come: `over 2500` where so long was waited for it, else `never`. */
export function neverOf(within: number | undefined): string {
  return within === undefined ? "never" : `over ${number(within)}`;
}

/** `6 of 16 (18–61 %)`: what is said of a share in a table, where its interval has no other place. */
export function withInterval({ text, low, high, interval }: Summary): string {
  if (interval !== "wilson") return text;
  return `${text} (${Math.round(low * 100)}–${Math.round(high * 100)} %)`;
}

/** Three digits that count. `never` for what did not come in time. */
export function number(value: number): string {
  if (value === Infinity) return "never";
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(digits);
}
