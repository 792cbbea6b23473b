import { rm } from "node:fs/promises";
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
  /** Whether the checks that break something on purpose are left out. */
  withoutFaults?: boolean | undefined;
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
  /** Whether the checks that break something on purpose are left out. */
  withoutFaults?: boolean | undefined;
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
  let current: RunOfChecks | undefined;

  /**
   * Runs vitest on the file; what its checks have started ends a moment after the last result. Gives
   * what has kept it from coming to its end.
   */
  async function play(specifications: TestSpecification[], run: RunOfChecks): Promise<unknown> {
    const failure = await vitest.runTestSpecifications(specifications).then(
      ({ unhandledErrors }) => unhandledErrors[0],
      (error: unknown) => error,
    );
    run.end();
    // Until it is through, vitest begins no other run.
    await run.cutting;
    if (failure !== undefined || run.wasCut) await worker.discard();
    return failure;
  }

  async function judge(
    { step, dir, only, withoutFaults, untilAllHasEnded }: Request,
    onResult: (result: CheckResult) => void,
    run: RunOfChecks,
  ): Promise<CheckResult[]> {
    const reading = only === undefined ? readCode(step, dir) : undefined;
    await ending;
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
      withoutFaults,
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
      }, run.canBeTold);
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
      const run = new RunOfChecks();
      current = run;
      try {
        return await judge(request, onResult, run);
      } finally {
        if (current === run) current = undefined;
        run.end();
      }
    },
    cancel: async () => {
      await current?.cut(() => vitest.cancelCurrentRun("keyboard-input"));
    },
    async [Symbol.asyncDispose]() {
      // The stage goes first: a check that is running ends with what it runs on.
      await stage[Symbol.asyncDispose]();
      await worker[Symbol.asyncDispose]();
      await vitest.close().catch(() => {});
      // What vitest has still written for a worker that has ended with the stage.
      await rm(stage.folder, { recursive: true, force: true });
    },
  };
}

/** One run, as far as it can be cut short. */
class RunOfChecks {
  /** Whether it has not come to its own end, or may leave something behind that goes on. */
  wasCut = false;
  /** That it is being cut short, until vitest is through with it. */
  cutting: Promise<void> = Promise.resolve();
  #isCancelled = false;
  #isOver = false;
  /** Its process can be told to cancel: before, vitest's word would be lost. */
  canBeTold: () => void = () => {};
  readonly #listens = new Promise<void>((resolve) => (this.canBeTold = resolve));

  /** Nobody needs to be told any more. */
  end(): void {
    this.#isOver = true;
    this.canBeTold();
  }

  /** Cuts it short, once: to vitest a second word means to kill what the checks are in. */
  cut(cancel: () => Promise<void>): Promise<void> {
    this.wasCut = true;
    if (!this.#isCancelled) this.cutting = this.#cut(cancel);
    this.#isCancelled = true;
    return this.cutting;
  }

  async #cut(cancel: () => Promise<void>): Promise<void> {
    await this.#listens;
    if (!this.#isOver) await cancel().catch(() => {});
  }
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
  return {
    title: "the checks come to their end",
    outcome: "inconclusive",
    ms: 0,
    evidence: [],
    problem: {
      message: `the run of the checks has ended in the middle: ${reasonOf(failure)}`,
      remedy: "What has not run was not judged. Check again.",
    },
  };
}

/** In words; vitest wraps what has happened, and hands over plain objects from other processes. */
function reasonOf(failure: unknown): string {
  if (typeof failure !== "object" || failure === null) return "nobody says why";
  if ("cause" in failure && failure.cause) return reasonOf(failure.cause);
  return "message" in failure ? String(failure.message) : "nobody says why";
}

function exactly(title: string): RegExp {
  return new RegExp(`^${title.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`);
}

/** The file with a step's checks. */
function checksOf(step: Step): string {
  return join(root, "checks", `${step.slug}.check.ts`);
}
