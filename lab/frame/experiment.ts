import type { Run } from "../../workshop/stage/run.ts";
import type { Figure } from "./figure.ts";

/** What one thing that is measured is measured at: `{ workers: 4, fix: "none" }`. */
export type Place = Readonly<Record<string, string | number>>;

/** `quick`: for a classroom, under a minute, rough. */
export type Size = "quick" | "full";

/** A quantity, and how many samples of it become one number. */
export interface Measure {
  title: string;
  /** `ms`, `MB`, … ; a share has none. */
  unit?: string;
  /**
   * `share`: each sample is 0 or 1, and it is counted; the interval is Wilson's. The others are the
   * median, the 99th percentile or the mean, with an interval by bootstrap over rounds and samples; of
   * fewer than six samples, with their range.
   */
  show: "share" | "median" | "p99" | "mean";
  /**
   * True for what processes of the load have timed, or counted per time: when they were late it is void,
   * and how late they were is found beside it.
   */
  isTimed?: boolean;
}

/** Samples of one measure at one place, taken in one visit. */
export interface Observation {
  measure: string;
  at: Place;
  round: number;
  /** What did not come is Infinity. */
  samples: readonly number[];
  /** How long it was waited for, in the unit of the measure. */
  within?: number | undefined;
  /** Why they do not count. */
  invalid?: string | undefined;
  /** How late the load was for its own timers meanwhile: the 99th percentile, in ms. */
  lag?: number | undefined;
  /** What else was seen, for those who look closer: why clients have failed, and how many. */
  remark?: string | undefined;
}

/** Observations as a session gives them: of the round of the visit, where they name no other. */
export type Found = Omit<Observation, "round"> & Partial<Pick<Observation, "round">>;

/** What a visit is made with. */
export interface Bench {
  run: Run;
  size: Size;
  /** For all that chance decides: the report names it. */
  seed: number;
  signal: AbortSignal;
}

/** An experiment while it runs: what all visits share. Disposing it ends it. */
export interface Session extends AsyncDisposable {
  /** Sets up what stands at that place, measures it, and takes it down again. */
  visit: (at: Place, round: number) => Promise<Found[]>;
}

/** What is done: each round goes to every place once. */
export interface Design {
  rounds: number;
  places: readonly Place[];
  /** What differs from place to place, in words. */
  varied: readonly string[];
  /** What is the same everywhere. */
  held: readonly string[];
}

/** A question that the lab can ask, and how its answer is shown. */
export interface Experiment {
  /** What people type. */
  name: string;
  title: string;
  /** One sentence, with a question mark. */
  question: string;
  measures: Readonly<Record<string, Measure>>;
  figures: readonly Figure[];
  /** What a reader must know to read the figures; one line each. */
  notes: readonly string[];
  design: (size: Size) => Design;
  open: (bench: Bench) => Promise<Session>;
}
