import colors from "picocolors";
import { folderOf, type Step } from "../catalog.ts";
import { columns } from "../text.ts";
import { onInterrupt } from "../interrupt.ts";
import { noteResults } from "../hints.ts";
import { noteVerdict } from "../progress.ts";
import { openChecker } from "./checker.ts";
import { reportOf, summaryOf } from "./report.ts";
import { verdictOf, type Verdict } from "./verdict.ts";

/** Runs the checks of a step on the code in a folder, prints each as it comes, gives the verdict. */
export async function runChecksOnce(step: Step, dir: string): Promise<Verdict> {
  const start = performance.now();
  console.log(colors.bold(`Step ${step.number} · ${step.title}`));
  await using checker = await openChecker();
  using _ = onInterrupt(async () => checker[Symbol.asyncDispose]());
  const results = await checker.run({ step, dir }, (result) => {
    console.log(reportOf(result, dir, columns()).join("\n"));
  });
  const verdict = verdictOf(results);
  if (dir === folderOf(step, "work")) {
    await noteVerdict(step, verdict);
    await noteResults(step, results);
  }
  console.log(`\n${summaryOf(verdict, results, performance.now() - start)}`);
  return verdict;
}
