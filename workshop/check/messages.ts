import type { ToldProblem } from "../problems.ts";
import type { Request } from "./checker.ts";
import type { CheckResult } from "./verdict.ts";

/** What a session says to its checker's process. What comes late for one run must not end the next. */
export type ToHost = { kind: "run"; id: number; request: Request } | { kind: "cancel"; id: number };

/** What it hears from it. */
export type FromHost =
  /** It is open, and owns the run in that folder. */
  | { kind: "open"; folder: string }
  | ({ kind: "closed" } & ToldProblem)
  | { kind: "result"; id: number; result: CheckResult }
  | { kind: "done"; id: number }
  | ({ kind: "failed"; id: number } & ToldProblem);
