import { join } from "node:path";
import type { ProvidedContext } from "vitest";
import type { Vitest } from "vitest/node";
import { root, type Step } from "../catalog.ts";
import { openRun } from "../stage/run.ts";
import { openStage, type Stage } from "../stage/stage.ts";
import { withTemporaryFolder } from "../stage/temporary.ts";
import { ResultReporter } from "./reporter.ts";
import type { CheckResult } from "./verdict.ts";

/** What the checks of one run are played on. They get it by vitest's `inject("target")`. */
export interface Target {
  /** The folder of the code under test. */
  dir: string;
  stage: Stage;
}

declare module "vitest" {
  interface ProvidedContext {
    target: Target | undefined;
  }
}

export interface Request {
  step: Step;
  /** The folder of the code under test. */
  dir: string;
}

/** Runs checks as often as it is asked, on a stage that stays warm. */
export interface Checker extends AsyncDisposable {
  /** The folder of its run. */
  folder: string;
  /** Runs all checks of a step; tells each result as it comes, and gives them all. */
  run: (request: Request, onResult: (result: CheckResult) => void) => Promise<CheckResult[]>;
  /** Ends a run early. Its promise gives what it has so far. */
  cancel: () => Promise<void>;
}

/**
 * Opens a checker: its own stage, and vitest inside this process. It costs about 300 MB and a second;
 * after that a run costs what its checks cost.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openChecker(): Promise<Checker> {
  const run = await openRun();
  const reporter = new ResultReporter();
  // What vitest leaves there for its workers ends with the run, too.
  const [stage, vitest] = await withTemporaryFolder(run.folder, () =>
    Promise.all([openStage(run), createVitestFor(reporter)]),
  ).catch(async (error: unknown) => {
    await run[Symbol.asyncDispose]();
    throw error;
  });
  // Vitest's workers carry the run's mark, so that the leash finds them.
  process.env.WORKSHOP_RUN = stage.folder;

  return {
    folder: stage.folder,
    async run({ step, dir }, onResult) {
      await stage.repair();
      const results: CheckResult[] = [];
      reporter.begin((result) => {
        results.push(result);
        onResult(result);
      });
      const { folder, home, browser, noBrowser } = stage;
      const target: ProvidedContext["target"] = {
        dir,
        stage: { folder, home, browser, noBrowser },
      };
      for (const project of vitest.projects) project.provide("target", target);
      const specifications = await vitest.globTestSpecifications([checksOf(step)]);
      vitest.invalidateFile(checksOf(step));
      await vitest.runTestSpecifications(specifications);
      return results;
    },
    cancel: () => vitest.cancelCurrentRun("keyboard-input"),
    async [Symbol.asyncDispose]() {
      // The stage goes first: a check that is running ends with what it runs on.
      await stage[Symbol.asyncDispose]();
      await vitest.close().catch(() => {});
    },
  };
}

async function createVitestFor(reporter: ResultReporter): Promise<Vitest> {
  const { createVitest } = await import("vitest/node");
  return createVitest(
    "test",
    {
      root,
      config: join(root, "vitest.config.ts"),
      project: "checks",
      watch: false,
      reporters: [reporter],
    },
    { server: { watch: null }, logLevel: "silent" },
  );
}

/** The file with a step's checks. */
function checksOf(step: Step): string {
  return join(root, "checks", `${step.slug}.check.ts`);
}
