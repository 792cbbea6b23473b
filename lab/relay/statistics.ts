/** The samples of one figure, by round. */
export type Rounds = readonly (readonly number[])[];

export interface Summary {
  samples: number;
  median: number;
  p99: number;
  mean: number;
  /** How far the medians of the rounds lie apart, relative to the median of all. */
  spread: number;
}

/** The smallest sample that this share of all (0 to 1) does not exceed; NaN where there is none. */
export function percentile(samples: readonly number[], share: number): number {
  // Numbers of one type are sorted as numbers, and several times as fast: a bootstrap sorts millions.
  const sorted = new Float64Array(samples).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

export function summarize(rounds: Rounds): Summary {
  const all = rounds.flat();
  const medians = rounds.filter((samples) => samples.length > 0).map(median);
  return {
    samples: all.length,
    median: median(all),
    p99: percentile(all, 0.99),
    mean: mean(all),
    spread: medians.length < 2 ? 0 : (Math.max(...medians) - Math.min(...medians)) / median(all),
  };
}
