import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { StartOptions } from "pm2";
import { inject } from "vitest";
import { folderOf, steps, type Step } from "../../workshop/catalog.ts";
import type { NotYet } from "../../workshop/problems.ts";
import type { App, Launch } from "../../workshop/stage/app.ts";
import { startHosts, type Host, type HostsLaunch } from "../../workshop/stage/hosts.ts";
import { startManagedApp } from "../../workshop/stage/managed-app.ts";
import type { Nginx } from "../../workshop/stage/nginx.ts";
import { startPlainApp } from "../../workshop/stage/plain-app.ts";
import { place, readEcosystem } from "../../workshop/stage/ecosystem.ts";
import { forget, type Pm2 } from "../../workshop/stage/pm2.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import { reachRedis, requireRedis } from "../../workshop/stage/reach-redis.ts";
import { startRedis, type PrivateRedis } from "../../workshop/stage/redis.ts";
import { joinRun } from "../../workshop/stage/run.ts";
import { openStage, type Stage } from "../../workshop/stage/stage.ts";
import type { BlankPages } from "./blank-pages.ts";
import { connectTo, keepConnected } from "./connections.ts";
import { MachinePool, warmMachines, type Machines } from "./machines.ts";
import { TwoPages } from "./two-pages.ts";
import { takeVitals, type Vitals } from "./vitals.ts";

/** Not what the code has by default: what it is given counts. */
export const REDIS_PREFIX = "check";

/** What the checks of one file share: the step, the code under test and where it is played. */
export interface Ground extends AsyncDisposable {
  step: Step;
  /** The folder of the code under test. */
  dir: string;
  stage: Stage;
  /** pm2 itself, connected when first asked for. */
  pm2: () => Promise<Pm2>;
  /** The app under test, started when first asked for, once; with what it was like then. */
  app: () => Promise<Launched & { vitals: Vitals }>;
  /** Pages of the browser. */
  pages: BlankPages;
  /** Two pages of the app under test, for all checks of the file. */
  twoPages: TwoPages;
  /** Starts a further app of the same code, with services of its own. */
  launch: (how?: Variation) => Promise<Launched>;
  /** Prepares pm2 for a further app without starting it, for checks that do so in their own way. */
  stageIt: (what: string) => Promise<Staged>;
  /** The finding without whose repair nothing else in this file can be judged, once there is one. */
  blockedBy?: NotYet | undefined;
}

/** An app that runs, with the services that its step needs. Disposing it ends them all. */
export interface Launched extends AsyncDisposable {
  app: App;
  /** Undefined in steps without Redis. */
  redis: PrivateRedis | undefined;
  /** Undefined in steps on one host. */
  hosts: readonly Host[] | undefined;
  /** Undefined in steps without nginx. */
  nginx: Nginx | undefined;
}

/** What is different in a further app. */
export interface Variation {
  /** Modules that its workers load before their own code, as file URLs. */
  preload?: readonly string[];
  /** What its environment holds besides. */
  env?: Readonly<Record<string, string>>;
  /** Whether its requests stay out of the trace: under fire they are too many. */
  quiet?: boolean;
  /** The text of another nginx.conf than the learner's. */
  conf?: string;
}

/** An app that pm2 could start. */
export interface Staged extends AsyncDisposable {
  pm2: Pm2;
  name: string;
  port: number;
  config: StartOptions;
  /** The same configuration as an ecosystem file, for pm2's command line. */
  file: string;
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

  const connections = target ? keepConnected(stage) : connectTo(stage);
  const connect = connections.pm2;
  let app: ReturnType<Ground["app"]> | undefined;
  let warm: Machines | undefined;
  const warmed = () => (warm ??= warmMachines(stage, connect(), step.hosts));
  const pool = new MachinePool(stage, step.hosts);
  const twoPages = new TwoPages();

  async function launch(
    { preload = [], env = {}, quiet, conf }: Variation = {},
    more: Pick<Launch, "meanwhile" | "hurry"> & { machines?: Machines } = {},
  ): Promise<Launched> {
    const run = joinRun(stage.folder);
    const port = await freePort();
    const name = `${step.slug}-${port}`;
    const redis = step.services.includes("redis")
      ? await startRedis(run, `${name}-redis`)
      : undefined;
    if (redis && step.oldestRedis) {
      try {
        requireRedis(step, await reachRedis(redis.url, "own"));
      } catch (error) {
        await redis[Symbol.asyncDispose]();
        throw error;
      }
    }
    const address = redis && { url: redis.url, prefix: REDIS_PREFIX };
    const { meanwhile, hurry } = more;
    const what = { meanwhile, hurry, run, dir, port, name, preload, env, quiet, redis: address };
    if (step.hosts > 1) return await launchHosts({ ...what, conf }, redis, more.machines);
    try {
      const app = await (step.runs === "node"
        ? startPlainApp(what)
        : startManagedApp({ ...what, pm2: connect() }));
      return {
        app,
        redis,
        hosts: undefined,
        nginx: undefined,
        async [Symbol.asyncDispose]() {
          await app[Symbol.asyncDispose]();
          await redis?.[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await redis?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Without given machines it gets its own, which end with it. */
  async function launchHosts(
    what: Omit<HostsLaunch, "on">,
    redis: PrivateRedis | undefined,
    given: Machines | undefined,
  ): Promise<Launched> {
    const machines = given ?? pool.take();
    const end = async () => {
      if (!given) await machines[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
    };
    try {
      const on = machines.pm2s.map(async (pm2) => ({ pm2, port: await freePort() }));
      const app = await startHosts({ ...what, on: await Promise.all(on) });
      return {
        app,
        redis,
        hosts: app.hosts,
        nginx: app.nginx,
        async [Symbol.asyncDispose]() {
          await app[Symbol.asyncDispose]();
          await end();
        },
      };
    } catch (error) {
      await end();
      throw error;
    }
  }

  async function start(): Promise<Launched & { vitals: Vitals }> {
    // Loading Playwright keeps this process busy for a while, in which it would only wait.
    const up = await launch(
      {},
      {
        meanwhile: () => {
          if (stage.browser) import("playwright").catch(() => {});
        },
        // Of one process there is no next one to be started.
        hurry: step.workers > 1,
        ...(step.hosts > 1 ? { machines: warmed() } : {}),
      },
    );
    return { ...up, vitals: await takeVitals(up.app) };
  }

  async function stageIt(what: string): Promise<Staged> {
    const port = await freePort();
    const name = `${step.slug}-${what}-${port}`;
    const { env } = joinRun(stage.folder);
    const config = place(await readEcosystem(dir), { dir, name, port, base: env });
    const file = join(stage.folder, `${name}.config.json`);
    writeFileSync(file, JSON.stringify({ apps: [config] }));
    const client = await connect();
    return {
      pm2: client,
      name,
      port,
      config,
      file,
      [Symbol.asyncDispose]: () => forget(client, name),
    };
  }

  return {
    step,
    dir,
    stage,
    pm2: connect,
    pages: connections.pages,
    twoPages,
    app: () => (app ??= start()),
    launch,
    stageIt,
    async [Symbol.asyncDispose]() {
      await twoPages[Symbol.asyncDispose]();
      const up = await app?.catch(() => undefined);
      await up?.[Symbol.asyncDispose]();
      await warm?.[Symbol.asyncDispose]();
      await pool[Symbol.asyncDispose]();
      // By now nothing else runs on this daemon; whoever opened the stage starts a new one.
      if (step.runs === "pm2") {
        const client = await connect().catch(() => undefined);
        if (client?.isTainted()) await client.end();
      }
      await connections[Symbol.asyncDispose]();
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
