import type { Step } from "./catalog.ts";
import type { Checker } from "./check/checker.ts";
import type { CheckResult } from "./check/verdict.ts";
import type { LearnersApp } from "./learners-app.ts";

/**
 * When the app starts again at the latest, in ms: the checks of the last steps take up to a minute, and
 * nobody wants to wait for so long to see what they have written.
 */
const APP_WITHIN = 10_000;

export interface Judging {
  checker: Pick<Checker, "run">;
  app: Pick<LearnersApp, "restart">;
  step: Step;
  dir: string;
  /** False when something newer is wanted: then nothing is started any more. */
  isCurrent: () => boolean;
}

export interface Judged {
  results: CheckResult[];
  /** Settles when the learner's app has started again, or has shown why it does not. */
  restarted: Promise<void>;
}

/**
 * What follows a save: the checks run on the new code, and the learner's app starts again with it.
 * The app begins when something has failed, when the checks are through that break nothing, or after
 * 10 s: until then they need the cores.
 */
export async function judgeCode(
  { checker, app, step, dir, isCurrent }: Judging,
  onResult: (result: CheckResult) => void,
): Promise<Judged> {
  let restarted: Promise<void> | undefined;
  const restart = () => {
    if (isCurrent()) restarted ??= app.restart();
    // Whoever waits for it hears of a failure; nobody has to.
    restarted?.catch(() => {});
  };
  const timer = setTimeout(restart, APP_WITHIN);
  try {
    const results = await checker.run({ step, dir }, (result) => {
      onResult(result);
      if (result.outcome !== "passed" || result.toCome?.quick === 0) restart();
    });
    restart();
    return { results, restarted: restarted ?? Promise.resolve() };
  } catch (error) {
    restart();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
