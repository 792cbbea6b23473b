import type { TraceEvent, WorkerId } from "../../trace/events.ts";
import type { LensNote, StepView } from "../protocol.ts";

/** How many events the lens keeps, on the server and on a page; the oldest go when there are more. */
export const KEPT = 5_000;

/** Something that was done to the app, told beside what its workers report. */
export interface NoteEvent extends Pick<LensNote, "at" | "text"> {
  kind: "note";
  tone: LensNote["kind"];
}

/** One event of the lens, with its place among all since the session was opened. */
export interface LensEvent {
  /** Counted from 1, without a gap. */
  n: number;
  /** When it was over, in ms since the epoch: a request, when it was answered. */
  when: number;
  event: TraceEvent | NoteEvent;
  /**
   * The worker that owns the session which a request names. Told with each, since the request that
   * opened the session may be forgotten by now.
   */
  owner?: WorkerId | undefined;
}

/** What came since the last batch. */
export interface LensBatch {
  /** Which session's events these are: `SessionView.run`. */
  run: number;
  /** In their order; those of one batch follow those of the batch before without a gap. */
  events: readonly LensEvent[];
  /** All that came before is forgotten: what is kept now is to be asked for. */
  isCleared?: boolean | undefined;
}

/** What the lens needs to know of a step. */
export type LensStep = Pick<
  StepView,
  "number" | "title" | "workers" | "hosts" | "services" | "runs"
>;

/** All that the lens has kept. */
export interface LensSnapshot {
  run: number;
  /** Absent while no session was opened. */
  step?: LensStep | undefined;
  events: readonly LensEvent[];
  /** How many events there were before these, and are kept no longer. */
  dropped: number;
}
