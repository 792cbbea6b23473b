import colors from "picocolors";
import { existsSync } from "node:fs";
import { folderOf, type Step } from "../catalog.ts";
import { diffOf, renderDiff } from "../diff.ts";
import { UsageProblem } from "../problems.ts";

/** Reads well where nobody knows the width, as in a file or a mail. */
const PIPED = 100;

/**
 * Prints the difference between the learner's copy and the solution.
 *
 * @throws UsageProblem when there is no copy.
 */
export function showDiff(step: Step): void {
  const dir = folderOf(step, "work");
  if (!existsSync(dir)) {
    throw new UsageProblem(
      `You have no copy of step ${step.number} yet. Make one: npm run step ${step.number}`,
    );
  }
  const width = process.stdout.isTTY ? process.stdout.columns || PIPED : PIPED;
  console.log(renderDiff(diffOf(step, dir), { width, colors: colors.isColorSupported }).join("\n"));
}
