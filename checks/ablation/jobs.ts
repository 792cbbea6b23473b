import { join } from "node:path";
import { folderOf, root, steps } from "../../workshop/catalog.ts";
import { endOfError, type CellRun, type End } from "../../workshop/verify/cell.ts";
import { fingerprint } from "../../workshop/verify/fingerprint.ts";
import type { Job } from "../../workshop/verify/job.ts";
import { leaksOf } from "../../workshop/verify/leaks.ts";
import { ablation, nameOf, type AblationCell } from "./cells.ts";
import { deviations } from "./figures.ts";
import { FULL, measure } from "./measure.ts";
import { openAblationStage, type AblationStage } from "./stage.ts";

/** The cells of the ablation, to be run with the matrix. Disposing them ends their stage. */
export interface AblationJobs extends AsyncDisposable {
  jobs: Job[];
}

export function ablationJobs(): AblationJobs {
  let stage: Promise<AblationStage> | undefined;
  return {
    jobs: ablation.map((cell) => ({
      about: { kind: "ablation", name: nameOf(cell) },
      fingerprint: () => fingerprintOf(cell),
      run: (_, signal) => runCell((stage ??= openAblationStage()), cell, signal),
      // They are measured, and all of them in this process.
      isAlone: true,
    })),
    async [Symbol.asyncDispose]() {
      await (await stage?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

async function runCell(
  stage: Promise<AblationStage>,
  cell: AblationCell,
  signal: AbortSignal,
): Promise<CellRun> {
  const start = performance.now();
  const ended = await judge(stage, cell, signal).catch(endOfError);
  return { ...ended, ms: Math.round(performance.now() - start) };
}

async function judge(
  opening: Promise<AblationStage>,
  cell: AblationCell,
  signal: AbortSignal,
): Promise<End> {
  const stage = await opening;
  const figures = await measure(stage, cell, FULL, signal);
  const leaks = await leaksOf(stage.folder);
  const problems = [
    ...deviations(figures, cell.claims),
    ...leaks.map((leak) => `It leaves behind: ${leak}`),
  ];
  if (problems.length === 0) return { outcome: "held", figures };
  return { outcome: "failed", figures, problem: problems.join("\n") };
}

/** What its figures depend on: the code that it is composed of, and what measures it. */
function fingerprintOf(cell: AblationCell): string {
  const step = steps.find(({ number }) => number === cell.on);
  const mine = ["cells.ts", "figures.ts", "measure.ts", "nginx.conf", "stage.ts"];
  return fingerprint([
    ...(step ? [folderOf(step, "solution")] : []),
    ...mine.map((name) => join(root, "checks", "ablation", name)),
    ...["checks/support", "page", "package-lock.json", "workshop/stage"].map((path) =>
      join(root, path),
    ),
  ]);
}
