/** Where a value stands on an axis, and which values are written beside it. */
export interface Scale {
  /** Of a value, in pixels. */
  place: (value: number) => number;
  ticks: readonly { value: number; label: string }[];
}

export type ScaleKind = "share" | "linear" | "log";

/** The ticks of a scale up to how long was waited for what never came: there is nothing above it. */
export function ticksUpTo({ ticks }: Scale, within = Infinity): Scale["ticks"] {
  return ticks.filter(({ value }) => value <= within);
}

/** How many ticks a linear axis has, about. */
const TICKS = 5;

/** A scale that shows these values from pixel `from` to pixel `to`. */
export function scaleOf(
  kind: ScaleKind,
  values: readonly number[],
  [from, to]: readonly [number, number],
  most = 0,
): Scale {
  const finite = values.filter(Number.isFinite);
  if (kind === "share") {
    return linear(0, 1, [from, to], [0, 0.25, 0.5, 0.75, 1], (share) => `${share * 100} %`);
  }
  if (kind === "log") {
    const positive = finite.filter((value) => value > 0);
    return logarithmic(Math.min(...positive, most || 1e9), Math.max(...positive, most), [from, to]);
  }
  const top = Math.max(...finite, most, 0) || 1;
  const step = niceStep(top / TICKS);
  const end = Math.ceil(top / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => at * step);
  return linear(0, end, [from, to], ticks, labelOf);
}

/** Measured places from left to right: evenly by their ratio where they span more than twentyfold. */
export function across(values: readonly number[], [from, to]: readonly [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isWide = most / least >= 20;
  const by = isWide ? Math.log10 : (value: number) => value;
  const span = by(most) - by(least) || 1;
  const ticks = values.map((value) => ({ value, label: value.toLocaleString("en-GB") }));
  return { place: (value) => from + ((by(value) - by(least)) / span) * (to - from), ticks };
}

function linear(
  low: number,
  high: number,
  [from, to]: readonly [number, number],
  ticks: readonly number[],
  label: (value: number) => string,
): Scale {
  return {
    place: (value) => from + ((clamp(value, low, high) - low) / (high - low)) * (to - from),
    ticks: ticks.map((value) => ({ value, label: label(value) })),
  };
}

function logarithmic(least: number, most: number, [from, to]: readonly [number, number]): Scale {
  const steps = [1, 2, 5];
  const all = Array.from({ length: 24 }, (_, at) => steps.map((step) => step * 10 ** (at - 9)));
  const flat = all.flat();
  const low = flat.findLast((value) => value <= least) ?? least;
  const high = flat.find((value) => value >= most) ?? most;
  const span = Math.log10(high) - Math.log10(low) || 1;
  const inside = flat.filter((value) => value >= low && value <= high);
  const ticks = inside.length > 8 ? inside.filter((value) => isPowerOfTen(value)) : inside;
  return {
    place: (value) =>
      from + ((Math.log10(clamp(value, low, high)) - Math.log10(low)) / span) * (to - from),
    ticks: ticks.map((value) => ({ value, label: labelOf(value) })),
  };
}

function isPowerOfTen(value: number): boolean {
  return Math.abs(Math.log10(value) % 1) < 1e-9;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}

function labelOf(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-GB", { maximumFractionDigits: 6 });
}
