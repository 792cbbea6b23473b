import { steps, type Step } from "./catalog.ts";
import type { Verdict } from "./check/verdict.ts";
import { readNote, updateNote } from "./notes.ts";

const FILE = "progress.json";

/** How far somebody has come with a step. Times are ISO 8601. */
export interface StepProgress {
  /** When it was first worked on. Unknown for what an older version has noted. */
  begun?: string | undefined;
  /** When it was first passed. */
  passed?: string | undefined;
  /** How often its checks have judged the learner's copy. */
  attempts: number;
  /** What they said last, also when they could not judge it. */
  last?: Verdict | undefined;
}

interface Progress {
  /** When each step was passed for the first time, by slug. The first version knew only this. */
  passed: Record<string, unknown>;
  /** All else, by slug. */
  steps: Record<string, unknown>;
}

const NOTHING: Progress = { passed: {}, steps: {} };

/** How far the learner has come with this step. */
export function progressOf(step: Step): StepProgress {
  return entryOf(readNote(FILE, NOTHING), step);
}

/** Notes that a step is worked on. The first time counts. */
export async function noteBegun(step: Step): Promise<void> {
  if (progressOf(step).begun) return;
  await update(step, (entry, now) => ({ begun: entry.begun ?? now }));
}

/**
 * Notes a whole verdict on the learner's own copy, and gives how far they have come. It counts as
 * an attempt where their code was judged, not where the machine was the matter; of passes, the
 * first one counts.
 */
export async function noteVerdict(step: Step, verdict: Verdict): Promise<StepProgress> {
  return update(step, (entry, now) => {
    const isJudged = verdict === "passed" || verdict === "not yet";
    return {
      // Somebody who passes at once, without a session, has begun nobody knows when.
      begun: entry.begun ?? (verdict === "passed" ? undefined : now),
      passed: entry.passed ?? (verdict === "passed" ? now : undefined),
      attempts: entry.attempts + (isJudged ? 1 : 0),
      last: verdict,
    };
  });
}

/** The first step that has not been passed; the last one when all have been. */
export function nextStep(): Step {
  const progress = readNote(FILE, NOTHING);
  const step = steps.find((each) => !entryOf(progress, each).passed) ?? steps.at(-1);
  if (!step) throw new Error("The catalogue is empty.");
  return step;
}

async function update(
  step: Step,
  change: (entry: StepProgress, now: string) => Partial<StepProgress>,
): Promise<StepProgress> {
  const progress = await updateNote(FILE, NOTHING, (note) => {
    const { passed, ...rest } = change(entryOf(note, step), new Date().toISOString());
    if (passed) note.passed[step.slug] = passed;
    // What a newer version has noted there stays.
    note.steps[step.slug] = { ...fieldsOf(note.steps[step.slug]), ...rest };
  });
  return entryOf(progress, step);
}

function entryOf({ passed, steps: entries }: Progress, { slug }: Step): StepProgress {
  const { begun, attempts, last } = fieldsOf(entries[slug]);
  return {
    begun: textOf(begun),
    passed: textOf(passed[slug]),
    attempts: typeof attempts === "number" ? attempts : 0,
    last: VERDICTS.find((verdict) => verdict === last),
  };
}

const VERDICTS: readonly Verdict[] = ["passed", "not yet", "your machine", "inconclusive"];

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
