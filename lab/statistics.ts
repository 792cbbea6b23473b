import { dice } from "./dice.ts";
import { mean, median, percentile, type Rounds } from "./relay/statistics.ts";

export { mean, median, percentile, type Rounds };

/** A number, and how far it may be off. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/**
 * What an interval is. `wilson` and `bootstrap` hold the true number in 95 of 100 cases, as far as
 * samples can tell. `range` is from the least sample to the greatest, and promises nothing. `none`:
 * there is one sample, or all are the same.
 */
export type IntervalKind = "wilson" | "bootstrap" | "range" | "none";

/** Of the standard normal distribution, for 95 %. */
const Z = 1.959964;
/**
 * Fewer samples than these have no interval of 95 %: that of five, even from the least to the greatest,
 * misses the median in one of 16 cases (2 × 0.5⁵), and a bootstrap draws from no more than they are.
 */
export const ENOUGH_FOR_95 = 6;
/** So many resamples make the ends of an interval steady to about a hundredth of its width. */
const RESAMPLES = 1000;

/**
 * A share with Wilson's score interval, which is right near 0 and 1, too, and never leaves them: 0 of
 * 40 is 0 to 0.088. (E. B. Wilson, 1927.) It takes the tries as independent of each other.
 */
export function wilson(held: number, of: number): Estimate {
  if (of === 0) return { value: NaN, low: NaN, high: NaN };
  const share = held / of;
  const [weight, z2] = [1 + Z ** 2 / of, Z ** 2];
  const centre = (share + z2 / (2 * of)) / weight;
  const half = (Z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of ** 2))) / weight;
  return {
    value: share,
    low: held === 0 ? 0 : Math.max(0, centre - half),
    high: held === of ? 1 : Math.min(1, centre + half),
  };
}

/**
 * What a statistic of all samples is, with a percentile bootstrap interval. Rounds are drawn first, and
 * samples within each: what the machine did to one round meets all of its samples, and a bootstrap that
 * took them for independent would be too sure. (B. Efron, 1979; A. C. Davison and D. V. Hinkley, 1997,
 * section 3.8, on samples in groups.) The same samples give the same interval: its dice are seeded.
 */
export function bootstrap(
  rounds: Rounds,
  statistic: (samples: readonly number[]) => number = median,
): Estimate {
  const filled = rounds.filter((samples) => samples.length > 0);
  const all = filled.flat();
  const value = statistic(all);
  if (all.length < 2) return { value, low: value, high: value };
  const random = dice(all.length);
  const draws = Array.from({ length: RESAMPLES }, () => {
    const drawn: number[] = [];
    for (const _ of filled) {
      const round = pick(filled, random);
      for (const __ of round) drawn.push(pick(round, random));
    }
    return statistic(drawn);
  });
  return { value, low: percentile(draws, 0.025), high: percentile(draws, 0.975) };
}

/**
 * The same with an interval that is called what it is: of few samples their range, of more the
 * bootstrap's. Rounds that are few make the bootstrap's a rough one.
 */
export function estimate(
  rounds: Rounds,
  statistic: (samples: readonly number[]) => number = median,
): Estimate & { interval: IntervalKind } {
  const all = rounds.flat();
  const [least, most] = [Math.min(...all), Math.max(...all)];
  if (least === most) return { value: statistic(all), low: least, high: most, interval: "none" };
  if (all.length >= ENOUGH_FOR_95)
    return { ...bootstrap(rounds, statistic), interval: "bootstrap" };
  return { value: statistic(all), low: least, high: most, interval: "range" };
}

function pick<T>(all: readonly T[], random: () => number): T {
  const found = all[Math.floor(random() * all.length)];
  if (found === undefined) throw new Error("unreachable: there is at least one");
  return found;
}
