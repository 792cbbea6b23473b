import { join } from "node:path";
import type { ProvidedContext } from "vitest";
import type { TestSpecification, Vitest } from "vitest/node";
import { root, type Step } from "../catalog.ts";
import { openRun } from "../stage/run.ts";
import { openStage, type Stage } from "../stage/stage.ts";
import { withTemporaryFolder } from "../stage/temporary.ts";
import { KeptWorker } from "./kept-worker.ts";
import { readCode } from "./read-code.ts";
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
  /** The title of the one check that is to run; without it all of them. */
  only?: string | undefined;
  /** Whether it is over only when all has ended that the checks have started. */
  untilAllHasEnded?: boolean | undefined;
}

/** Runs checks as often as it is asked, on a stage that stays warm. */
export interface Checker extends AsyncDisposable {
  /** The folder of its run. */
  folder: string;
  /** Runs the checks of a step; tells each result as it comes, and gives them all. */
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
  const worker = new KeptWorker();
  // What vitest leaves there for its workers ends with the run, too.
  const [stage, vitest] = await withTemporaryFolder(run.folder, () =>
    Promise.all([openStage(run), createVitestFor(reporter, worker)]),
  ).catch(async (error: unknown) => {
    await run[Symbol.asyncDispose]();
    throw error;
  });
  // Vitest's workers carry the run's mark, so that the leash finds them.
  process.env.WORKSHOP_RUN = stage.folder;

  let ending: Promise<unknown> = Promise.resolve();
  let wasCut = false;
  /** Runs vitest on the file; what its checks have started ends a moment after the last result. */
  async function play(specifications: TestSpecification[]): Promise<void> {
    const isWhole = await vitest.runTestSpecifications(specifications).then(
      ({ unhandledErrors }) => unhandledErrors.length === 0,
      () => false,
    );
    if (!isWhole || wasCut) await worker.discard();
  }

  return {
    folder: stage.folder,
    async run({ step, dir, only, untilAllHasEnded }, onResult) {
      const reading = only === undefined ? readCode(step, dir) : undefined;
      await ending;
      // Whoever is connected to what has ended connects anew.
      if (await stage.repair()) await worker.discard();
      wasCut = false;
      const results: CheckResult[] = [];
      const tell = (result: CheckResult) => {
        results.push(result);
        onResult(result);
      };
      const read = await reading;
      if (read) tell(read);
      if (read?.outcome === "not yet") return results;

      const { folder, home, browser, noBrowser } = stage;
      const target: ProvidedContext["target"] = {
        dir,
        stage: { folder, home, browser, noBrowser },
      };
      for (const project of vitest.projects) project.provide("target", target);
      const testNamePattern = only === undefined ? undefined : exactly(only);
      const specifications = vitest.projects.map((project) =>
        project.createSpecification(checksOf(step), testNamePattern && { testNamePattern }),
      );
      vitest.invalidateFile(checksOf(step));
      // vitest forgets after each run which fixtures there are to put away: they are declared anew.
      vitest.watcher.invalidates.add(join(root, "checks", "support", "check.ts"));
      await new Promise<void>((resolve) => {
        reporter.begin((result) => {
          // A check that ran out of time may still be at work there.
          wasCut ||= result.outcome === "inconclusive";
          tell(result);
          const { quick, faults } = result.toCome ?? { quick: 0, faults: 0 };
          if (quick + faults === 0 && !untilAllHasEnded) resolve();
        });
        ending = play(specifications).finally(resolve);
      });
      return results;
    },
    cancel: async () => {
      wasCut = true;
      await vitest.cancelCurrentRun("keyboard-input");
    },
    async [Symbol.asyncDispose]() {
      // The stage goes first: a check that is running ends with what it runs on.
      await stage[Symbol.asyncDispose]();
      await worker[Symbol.asyncDispose]();
      await vitest.close().catch(() => {});
    },
  };
}

async function createVitestFor(reporter: ResultReporter, { pool }: KeptWorker): Promise<Vitest> {
  const { createVitest } = await import("vitest/node");
  return createVitest(
    "test",
    {
      root,
      config: join(root, "vitest.config.ts"),
      project: "checks",
      watch: false,
      pool,
      isolate: false,
      // Each wait in it has a bound of its own; an app that does not start takes longer than vitest's 10 s.
      teardownTimeout: 60_000,
      reporters: [reporter],
    },
    { server: { watch: null }, logLevel: "silent" },
  );
}

function exactly(title: string): RegExp {
  return new RegExp(`^${title.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`);
}

/** The file with a step's checks. */
function checksOf(step: Step): string {
  return join(root, "checks", `${step.slug}.check.ts`);
}
