import { basename } from "node:path";
import { inject } from "vitest";
import { folderOf, steps, type Step } from "../../workshop/catalog.ts";
import { startManagedApp, startPlainApp, type App } from "../../workshop/stage/app.ts";
import { connectPm2, type Pm2 } from "../../workshop/stage/pm2.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import { joinRun } from "../../workshop/stage/run.ts";
import { openStage, type Stage } from "../../workshop/stage/stage.ts";

/** What the checks of one file share: the step, the code under test and where it is played. */
export interface Ground extends AsyncDisposable {
  step: Step;
  /** The folder of the code under test. */
  dir: string;
  stage: Stage;
  /** pm2 itself, connected when first asked for. */
  pm2: () => Promise<Pm2>;
  /** The app under test, started when first asked for, once. */
  app: () => Promise<App>;
  /** Starts a further app of the same code. Its env comes on top of what its own file says. */
  launch: (env?: Record<string, string>) => Promise<App>;
}

/**
 * Lays the ground for a file of checks. Called by the workshop, the checks get a target: a folder
 * and a warm stage. Called by vitest alone, they take the solution and a stage of their own.
 */
export async function layGround(file: string): Promise<Ground> {
  const step = stepOf(file);
  const target = inject("target");
  const stage: Stage & Partial<AsyncDisposable> = target?.stage ?? (await openStage());
  const dir = target?.dir ?? folderOf(step, "solution");

  let pm2: Promise<Pm2> | undefined;
  let app: Promise<App> | undefined;
  const connect = () => (pm2 ??= connectPm2(stage.home));

  async function launch(env: Record<string, string> = {}): Promise<App> {
    const port = await freePort();
    const run = joinRun(stage.folder);
    const what = { run, dir, port, env, name: `${step.slug}-${port}` };
    return step.runs === "node"
      ? startPlainApp(what)
      : startManagedApp({ ...what, pm2: await connect() });
  }

  return {
    step,
    dir,
    stage,
    pm2: connect,
    app: () => (app ??= launch()),
    launch,
    async [Symbol.asyncDispose]() {
      for (const opened of [app, pm2]) {
        await (await opened?.catch(() => undefined))?.[Symbol.asyncDispose]();
      }
      await stage[Symbol.asyncDispose]?.();
    },
  };
}

/** `checks/03-cluster.check.ts` is about step 3. */
function stepOf(file: string): Step {
  const slug = basename(file, ".check.ts");
  const step = steps.find((candidate) => candidate.slug === slug);
  if (!step) throw new Error(`No step in the catalogue is called ${slug}.`);
  return step;
}
