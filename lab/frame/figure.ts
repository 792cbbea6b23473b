import type { Place } from "./experiment.ts";
import type { Summaries } from "./summary.ts";

/** A curve that is computed and not measured. */
export interface Curve {
  label: string;
  points: readonly { x: number; y: number }[];
  /** In which panel it stands; in all of them where none is named. */
  panel?: string;
}

/** A picture of one measure, and the table beside it. */
export interface Figure {
  /** Its file's name. */
  id: string;
  title: string;
  /** What stands below the title: how to read it. */
  subtitle: string;
  measure: string;
  /** Which observations it is of; all by default. */
  where?: Place;
  /** What goes from left to right. A quantity makes lines, anything else makes rows of dots. */
  x?: { by: string; title: string };
  /** What tells lines, or rows, apart, in their order. */
  series: { by: string; order: readonly string[]; labels?: Readonly<Record<string, string>> };
  /** What tells panels apart. */
  panels?: { by: string; order: readonly string[]; labels?: Readonly<Record<string, string>> };
  y: { title: string; scale: "share" | "linear" | "log"; most?: number };
  /** What theory says, beside what was measured. */
  theory?: (summaries: Summaries) => readonly Curve[];
}
