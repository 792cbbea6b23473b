import { readFileSync } from "node:fs";
import type { Browser } from "playwright";
import { ECOSYSTEM, steps } from "../../workshop/catalog.ts";
import { startBrowser } from "../../workshop/stage/browser.ts";
import { startDaemon } from "../../workshop/stage/daemon.ts";
import { place, readEcosystem } from "../../workshop/stage/ecosystem.ts";
import { findNginx } from "../../workshop/stage/find-nginx.ts";
import { startNginx } from "../../workshop/stage/nginx.ts";
import { connectPm2, forget, type BusMessage, type Pm2 } from "../../workshop/stage/pm2.ts";
import { freePort, isFree } from "../../workshop/stage/ports.ts";
import { startRedis, type PrivateRedis } from "../../workshop/stage/redis.ts";
import { openRun, type Run } from "../../workshop/stage/run.ts";
import { until } from "../../workshop/stage/until.ts";
import { compose, type Edit } from "../../workshop/verify/compose.ts";
import { connectBrowser } from "../support/pages.ts";
import type { AblationCell } from "./cells.ts";

/** As many as the code of the steps says, and as nginx.conf has ports for. */
export const WORKERS = 4;
/** How long four workers may take to come up on a busy machine, in ms. */
const UP_WITHIN = 60_000;
/** The port of the first worker in nginx.conf; the others have the next ones. */
const FIRST_PORT = 3001;

/** Where the apps of the ablation run: one after the other, under one pm2, with one browser. */
export interface AblationStage extends AsyncDisposable {
  /** The folder of its run. */
  folder: string;
  browser: () => Promise<Browser>;
  /**
   * Starts the app of a cell, does something with it, and ends it. It has four workers if nothing else is
   * said; sticky sessions have ports for no more than that.
   */
  play: <T>(
    cell: AblationCell,
    act: (url: string, parts: Parts) => Promise<T>,
    workers?: number,
  ) => Promise<T>;
}

/** What an app stands on, for those who want to break it. */
export interface Parts {
  pm2: Pm2;
  /** Its name for pm2. */
  name: string;
  redis: PrivateRedis | undefined;
}

/**
 * Opens the stage in a run of its own, or in another's, which then is not ended with it.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openAblationStage(given?: Run): Promise<AblationStage> {
  const run = given ?? (await openRun());
  const close = async () => {
    if (!given) await run[Symbol.asyncDispose]();
  };
  let browser: Promise<Browser> | undefined;
  try {
    const pm2 = await connectPm2(await startDaemon(run));
    return {
      folder: run.folder,
      browser: () => (browser ??= openBrowser(run)),
      async play(cell, act, workers = WORKERS) {
        const step = steps.find(({ number }) => number === cell.on);
        if (!step) throw new Error(`There is no step ${cell.on}.`);
        const edits = [...(cell.edits ?? []), instances(workers)];
        using code = compose({ step, dir: "", without: cell.without ?? [], edits });
        // Somebody may have broken an app so that pm2 has lost sight of it.
        if (pm2.isTainted()) await pm2.reset(run.env);
        const name = `${step.slug}-ablation`;
        const needsRedis = step.services.includes("redis");
        await using redis = needsRedis ? await startRedis(run, `${name}-redis`) : undefined;
        await using app = await start({ run, pm2, dir: code.dir, name, redis, workers }, cell);
        return await act(app.url, { pm2, name, redis });
      },
      async [Symbol.asyncDispose]() {
        await (await browser?.catch(() => undefined))?.close();
        await pm2[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBrowser(run: Run): Promise<Browser> {
  const { endpoint } = await startBrowser(run);
  return connectBrowser({ folder: run.folder, home: "", browser: endpoint });
}

interface Launch {
  run: Run;
  pm2: Pm2;
  dir: string;
  name: string;
  redis: PrivateRedis | undefined;
  workers: number;
}

interface Started extends AsyncDisposable {
  url: string;
}

async function start(launch: Launch, { handshake }: AblationCell): Promise<Started> {
  if (handshake === "sticky") return startBehindNginx(launch);
  return startWorkers(launch, await freePort());
}

/** Workers on ports of their own, and nginx that leads each client to its worker. */
async function startBehindNginx(launch: Launch): Promise<Started> {
  const { run, name, workers: count } = launch;
  if (count > WORKERS)
    throw new Error(`nginx.conf has ports for ${WORKERS} workers, not ${count}.`);
  findNginx();
  const port = await freePorts();
  const workers = await startWorkers(launch, port);
  try {
    const nginx = await startNginx(run, {
      conf: confFor(port, count),
      port: await freePort(),
      hosts: [],
      name: `${name}-nginx`,
    });
    return {
      url: nginx.url,
      async [Symbol.asyncDispose]() {
        await nginx[Symbol.asyncDispose]();
        await workers[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await workers[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts what the ecosystem file says, and waits until each of its workers has said that it listens. */
async function startWorkers(
  { run, pm2, dir, name, redis, workers }: Launch,
  port: number,
): Promise<Started> {
  const address = redis && { url: redis.url, prefix: "ablation" };
  const config = place(await readEcosystem(dir), {
    dir,
    name,
    port,
    base: run.env,
    redis: address,
  });
  const listening = new Set<string>();
  let errors = "";
  const hear = ({ app, type, data }: BusMessage) => {
    if (app !== name) return;
    if (type === "log:err") errors += String(data);
    for (const [line] of String(data).matchAll(/worker \d+ \(pid \d+\) listens/g))
      listening.add(line);
  };
  pm2.bus.on("message", hear);
  const started: Started = {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => forget(pm2, name),
  };
  try {
    await pm2.start(config);
    await until(
      () => listening.size,
      (count) => count >= workers,
      {
        within: UP_WITHIN,
        otherwise: (count) =>
          new Error(`${name}: ${count} of ${workers} workers came up.\n${errors}`),
      },
    );
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  } finally {
    pm2.bus.off("message", hear);
  }
}

/** The change to a step's code that gives it so many workers. */
function instances(workers: number): Edit {
  return { file: ECOSYSTEM, take: `instances: ${WORKERS}`, put: `instances: ${workers}` };
}

/** nginx.conf with the ports that the workers really have. */
function confFor(port: number, workers: number): string {
  const text = readFileSync(new URL("nginx.conf", import.meta.url), "utf8");
  const missing = Array.from({ length: WORKERS - workers }, (_, at) => FIRST_PORT + workers + at);
  // The first mention of each is the one in the list for those who come without a cookie.
  const used = missing.reduce(
    (all, absent) => all.replace(`    server 127.0.0.1:${absent};\n`, ""),
    text,
  );
  return used.replace(/(?<=127\.0\.0\.1:)\d+/g, (written) =>
    String(Number(written) - FIRST_PORT + port),
  );
}

/** The first of as many free ports in a row as there are workers. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = await freePort();
    const next = Array.from({ length: WORKERS }, (_, at) => isFree(port + at));
    if ((await Promise.all(next)).every(Boolean)) return port;
  }
}
