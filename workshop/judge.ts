import type { Step } from "./catalog.ts";
import type { Checker } from "./check/checker.ts";
import type { CheckResult } from "./check/verdict.ts";
import type { LearnersApp } from "./learners-app.ts";

export interface Judging {
  checker: Pick<Checker, "run">;
  app: LearnersApp;
  step: Step;
  dir: string;
}

/** What follows a save: the app starts again with the new code, and the checks run on it. */
export async function judgeCode(
  { checker, app, step, dir }: Judging,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const [results] = await Promise.all([checker.run({ step, dir }, onResult), app.restart()]);
  return results;
}
