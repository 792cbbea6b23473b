import type { CheckResult, Verdict } from "../check/verdict.ts";
import type { StepProgress } from "../progress.ts";
import type { Tone } from "../learners-app.ts";
import type { SessionRedis } from "../session-redis.ts";
import type { Worker } from "../stage/pm2.ts";
import type { Trace } from "../trace/collector.ts";
import type { TraceEvent } from "../trace/events.ts";

/** How things stand. */
export interface DeskState {
  phase: "starting" | "checking" | "waiting" | "closing";
  /** Whether a save is not followed by checks, and whether there was one meanwhile. */
  isPaused: boolean;
  isSaved: boolean;
  /** Of the checks that are running, or were last. */
  results: readonly CheckResult[];
  /** How many checks there are; undefined before the first has told. */
  total: number | undefined;
  /** Of the last run that was not cut short; undefined while one is under way. */
  verdict: Verdict | undefined;
  /** When the checks that are running began, in ms of `performance.now()`. */
  began: number;
}

/** A whole run of the checks. */
export interface Judgement {
  verdict: Verdict;
  results: CheckResult[];
  /** In ms. */
  took: number;
  /** Settles when the app has started again, or has said why it does not. */
  restarted: Promise<void>;
}

/** What a desk tells whoever shows it. */
export interface DeskEvents {
  /** The code is there: for a learner's copy, whether it is new, and which starter files are newer. */
  opened: [{ dir: string; isNew: boolean; changed: string[] }];
  /** The app has an address, and Redis where the step has one. */
  ready: [{ url: string; redis: SessionRedis | undefined }];
  checking: [];
  result: [CheckResult];
  judged: [Judgement];
  /** The learner's own code has passed: told once a session, and whether it never had before. */
  passed: [progress: StepProgress, isFirst: boolean];
  /** Something to tell a person. */
  said: [text: string, tone?: Tone | undefined];
  /** A request, or what Redis was told. */
  traced: [TraceEvent, Trace];
  /** What the app has printed. */
  printed: [stream: "out" | "err", text: string];
  workers: [readonly Worker[]];
  /** The session's own Redis has ended by itself, was killed, or is back. */
  redis: ["ended" | "killed" | "back"];
  /** The state is another. */
  changed: [];
  wanted: [];
}
