import type { Step } from "./catalog.ts";
import type { Checker } from "./check/checker.ts";
import type { CheckResult } from "./check/verdict.ts";
import type { LearnersApp } from "./learners-app.ts";

export interface Judging {
  checker: Pick<Checker, "run">;
  app: LearnersApp;
  step: Step;
  dir: string;
  /** False when something newer is wanted: then nothing is started any more. */
  isCurrent: () => boolean;
}

/**
 * What follows a save: the checks run on the new code, and the learner's app starts again with it.
 * The app begins when the first result is there: until then the checks' own app needs the cores.
 */
export async function judgeCode(
  { checker, app, step, dir, isCurrent }: Judging,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  let restarted: Promise<void> | undefined;
  try {
    return await checker.run({ step, dir }, (result) => {
      if (isCurrent()) restarted ??= app.restart();
      onResult(result);
    });
  } finally {
    if (isCurrent()) restarted ??= app.restart();
    await restarted;
  }
}
