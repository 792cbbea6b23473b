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
  /** Ends the run that goes on, if one does. Its promise gives what it has so far. */
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
  /** The run that goes on, if one does. */
  let current: { wasCut: boolean } | undefined;
  let cutting: Promise<unknown> = Promise.resolve();
  /**
   * Runs vitest on the file; what its checks have started ends a moment after the last result. Gives
   * what has kept it from coming to its end.
   */
  async function play(
    specifications: TestSpecification[],
    run: { wasCut: boolean },
  ): Promise<unknown> {
    const failure = await vitest.runTestSpecifications(specifications).then(
      ({ unhandledErrors }) => unhandledErrors[0],
      (error: unknown) => error,
    );
    // Until it is through, vitest begins no other run.
    await cutting;
    if (failure !== undefined || run.wasCut) await worker.discard();
    return failure;
  }

  async function judge(
    { step, dir, only, untilAllHasEnded }: Request,
    onResult: (result: CheckResult) => void,
    run: { wasCut: boolean },
  ): Promise<CheckResult[]> {
    const reading = only === undefined ? readCode(step, dir) : undefined;
    await Promise.all([ending, cutting]);
    // Whoever is connected to what has ended connects anew.
    if (await stage.repair()) await worker.discard();
    const results: CheckResult[] = [];
    const tell = (result: CheckResult) => {
      results.push(result);
      onResult(result);
    };
    const read = await reading;
    if (read) tell(read);
    if (read?.outcome === "not yet" || run.wasCut) return results;

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
    let isWhole = false;
    const failure = await new Promise<unknown>((resolve, reject) => {
      reporter.begin((result) => {
        // A check that ran out of time may still be at work there.
        run.wasCut ||= result.outcome === "inconclusive";
        const { quick, faults } = result.toCome ?? { quick: 0, faults: 0 };
        isWhole = quick + faults === 0;
        tell(result);
        if (isWhole && !untilAllHasEnded) resolve(undefined);
      });
      const playing = play(specifications, run);
      ending = playing.catch(() => {});
      playing.then(resolve, reject);
    });
    // What has not run has not passed.
    if (!isWhole && !run.wasCut) tell(unfinished(failure));
    return results;
  }

  return {
    folder: stage.folder,
    async run(request, onResult) {
      const run = { wasCut: false };
      current = run;
      try {
        return await judge(request, onResult, run);
      } finally {
        if (current === run) current = undefined;
      }
    },
    cancel: async () => {
      if (!current) return;
      current.wasCut = true;
      cutting = vitest.cancelCurrentRun("keyboard-input").catch(() => {});
      await cutting;
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

/** What becomes of a run that ends before all its checks have said something. */
function unfinished(failure: unknown): CheckResult {
  const { message, stack } = failure instanceof Error ? failure : new Error("nobody says why");
  return {
    title: "the checks come to their end",
    outcome: "inconclusive",
    ms: 0,
    evidence: [],
    problem: {
      message: `the run of the checks has ended in the middle: ${stack ?? message}`,
      remedy: "What has not run was not judged. Check again.",
    },
  };
}

function exactly(title: string): RegExp {
  return new RegExp(`^${title.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`);
}

/** The file with a step's checks. */
function checksOf(step: Step): string {
  return join(root, "checks", `${step.slug}.check.ts`);
}
