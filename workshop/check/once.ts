import { once } from "node:events";
import colors from "picocolors";
import { folderOf, type Step } from "../catalog.ts";
import { columns } from "../text.ts";
import { untilInterrupted } from "../interrupt.ts";
import { noteResults } from "../hints.ts";
import { noteVerdict } from "../progress.ts";
import { openChecker } from "./checker.ts";
import { reportOf, summaryOf } from "./report.ts";
import { verdictOf, type Verdict } from "./verdict.ts";

/**
 * Runs the checks of a step on the code in a folder, prints each as it comes, gives the verdict. Of a run
 * that was interrupted there is none: it is neither printed nor noted.
 */
export async function runChecksOnce(step: Step, dir: string): Promise<Verdict> {
  return untilInterrupted((ended) => runChecks(step, dir, ended));
}

async function runChecks(step: Step, dir: string, ended: AbortSignal): Promise<Verdict> {
  const start = performance.now();
  console.log(colors.bold(`Step ${step.number} · ${step.title}`));
  await using checker = await openChecker();
  if (ended.aborted) return "inconclusive";
  const running = checker.run({ step, dir }, (result) => {
    if (!ended.aborted) console.log(reportOf(result, dir, columns()).join("\n"));
  });
  const results = await Promise.race([running, once(ended, "abort").then(() => undefined)]);
  if (!results) return "inconclusive";
  const verdict = verdictOf(results);
  if (dir === folderOf(step, "work")) {
    await noteVerdict(step, verdict);
    await noteResults(step, results);
  }
  console.log(`\n${summaryOf(verdict, results, performance.now() - start)}`);
  return verdict;
}
