import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ECOSYSTEM, folderOf, HOSTS, root, steps } from "../../workshop/catalog.ts";
import { startDaemon } from "../../workshop/stage/daemon.ts";
import { startHosts } from "../../workshop/stage/hosts.ts";
import { startNginx, type Nginx } from "../../workshop/stage/nginx.ts";
import type { Pm2 } from "../../workshop/stage/pm2.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import { startRedis } from "../../workshop/stage/redis.ts";
import { connectRemotePm2 } from "../../workshop/stage/remote-pm2.ts";
import type { Run } from "../../workshop/stage/run.ts";
import { startChild, type Child } from "../cluster/child.ts";
import type { Lag } from "../load/lag.ts";
import { onTime } from "../load/on-time.ts";
import { startCounter, type Counter } from "../relay/commands.ts";
import { turned } from "../turned.ts";
import type { LoadAnswers } from "./load.ts";
import { confOf, variants, type Variant } from "./variants.ts";

export interface Plan {
  /** Numbers of workers on each host, each measured by itself. */
  workers: readonly number[];
  variants: readonly Variant[];
  rounds: number;
  /** How many clients connect in one round, and how many messages are said. */
  connects: number;
  messages: number;
  pollingMessages: number;
}

export const FULL: Omit<Plan, "workers" | "variants"> = {
  rounds: 4,
  connects: 20,
  messages: 400,
  pollingMessages: 100,
};
export const QUICK: Omit<Plan, "workers" | "variants"> = {
  rounds: 2,
  connects: 8,
  messages: 100,
  pollingMessages: 20,
};

/** What one variant has given in one round. Times in ms. */
export interface Samples {
  tried: number;
  connected: number[];
  upgraded: number[];
  /** Messages on the channels of Redis for each connect. */
  connectPublishes: number;
  /** Of an acknowledged message, over what the clients have upgraded to. */
  roundTrip: number[];
  publishes: number;
  /** The same over polling; absent where nobody polls. */
  polling?: { roundTrip: number[]; publishes: number };
  /** How many sessions each host has got. */
  hosts: Record<string, number>;
  /** How late the clients' process was itself meanwhile. */
  lag: Lag;
}

export interface Block {
  workers: number;
  /** One for each round. */
  variants: Partial<Record<Variant, Samples[]>>;
}

/** Clients that stay, for the messages. */
const HELD = 16;
const WARM_UP = 200;
/** How long clients that leave may take to be gone everywhere, in ms. */
const FAREWELL = 300;
/** For how long Redis is watched while nothing is asked of it, in ms. */
const IDLE = 2_000;

/** The servers of the solution answer `echo`, too. */
const ECHO = new URL("../../checks/experiments/echo.mjs", import.meta.url).href;

/** Two hosts and clients, for as many measurements as are wanted. Disposing it ends them. */
export interface HostsBench extends AsyncDisposable {
  /**
   * Measures all variants side by side: one app on two hosts, and in front of it an nginx for each
   * variant. The variants take turns within each round, in an order that turns.
   *
   * @param progress told what comes next
   */
  measure: (plan: Plan, progress?: (what: string) => void) => Promise<Block[]>;
}

/** Starts what all measurements share: pm2 for each host, and the clients' process. */
export async function openHostsBench(run: Run): Promise<HostsBench> {
  const pm2s: Pm2[] = [];
  const load = startChild<LoadAnswers>(run, "load", new URL("load.ts", import.meta.url));
  const close = async () => {
    await load[Symbol.asyncDispose]();
    for (const pm2 of pm2s) await pm2[Symbol.asyncDispose]();
  };
  try {
    for (const { name } of HOSTS) {
      pm2s.push(await connectRemotePm2(await startDaemon(run, `bench-${name}`)));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async measure(plan, progress = () => {}) {
      const blocks: Block[] = [];
      for (const workers of plan.workers) {
        progress(`${workers} on each host: starting`);
        blocks.push(await measureBlock(run, { plan, workers, pm2s, load, progress }));
      }
      return blocks;
    },
    [Symbol.asyncDispose]: close,
  };
}

interface Bench {
  plan: Plan;
  workers: number;
  pm2s: readonly Pm2[];
  load: Child<LoadAnswers>;
  progress: (what: string) => void;
}

async function measureBlock(run: Run, bench: Bench): Promise<Block> {
  const { plan, workers, pm2s, load, progress } = bench;
  using copy = copySolution(workers);
  await using redis = await startRedis(run, `redis-${workers}`);
  await using counter = await startCounter(redis.url);
  const on = await Promise.all(pm2s.map(async (pm2) => ({ pm2, port: await freePort() })));
  await using app = await startHosts({
    run,
    dir: copy.dir,
    name: `bench-${workers}`,
    port: await freePort(),
    redis: { url: redis.url, prefix: "bench" },
    preload: [ECHO],
    quiet: true,
    on,
  });
  const found = new Map<Variant, Samples[]>();
  const nginxes: Nginx[] = [];
  await using _ = {
    async [Symbol.asyncDispose]() {
      for (const nginx of nginxes) await nginx[Symbol.asyncDispose]();
    },
  };
  const urls = new Map<Variant, string>();
  for (const variant of plan.variants) {
    const hosts = app.hosts.map(({ port }) => port);
    const conf = confOf(variant);
    const name = `nginx-${workers}-${variant}`;
    const nginx = await startNginx(run, { conf, port: await freePort(), hosts, name });
    nginxes.push(nginx);
    urls.set(variant, nginx.url);
    found.set(variant, []);
  }
  const idle = await idleRate(counter);
  // A round before the first makes all processes warm.
  for (let round = -1; round < plan.rounds; round += 1) {
    progress(
      `${workers} on each host: ${round < 0 ? "warming up" : `round ${round + 1} of ${plan.rounds}`}`,
    );
    for (const variant of turned(plan.variants, Math.max(0, round))) {
      const url = urls.get(variant);
      if (!url) continue;
      const situation = { load, counter, idle, plan, variant, url };
      const { result, lag } = await onTime(load, () => measureVariant(situation));
      if (round >= 0) found.get(variant)?.push({ ...result, lag });
    }
  }
  return { workers, variants: Object.fromEntries(found) };
}

interface Situation {
  load: Child<LoadAnswers>;
  counter: Counter;
  /** PUBLISH per ms while nothing is asked. */
  idle: number;
  plan: Plan;
  variant: Variant;
  url: string;
}

async function measureVariant(situation: Situation): Promise<Omit<Samples, "lag">> {
  const { load, plan, variant, url } = situation;
  const transports = [...variants[variant].transports];
  const [all, connectPublishes] = await counted(situation, plan.connects, () =>
    load.ask("connect", { url, transports, count: plan.connects }),
  );
  await sleep(FAREWELL);
  const hosts: Record<string, number> = {};
  for (const { host } of all) hosts[host] = (hosts[host] ?? 0) + 1;

  const talk = async (how: string[], count: number) => {
    await load.ask("hold", { url, transports: how, count: HELD });
    await load.ask("roundTrips", { url, count: Math.min(WARM_UP, count) });
    const [roundTrip, publishes] = await counted(situation, count, () =>
      load.ask("roundTrips", { url, count }),
    );
    await load.ask("release");
    // Their farewells are not to be counted with what comes next.
    await sleep(FAREWELL);
    return { roundTrip, publishes };
  };
  const upgraded = await talk(transports, plan.messages);
  const polls = transports.includes("polling");
  const polling = polls ? await talk(["polling"], plan.pollingMessages) : undefined;
  return {
    tried: plan.connects,
    connected: all.map(({ connected }) => connected),
    upgraded: all.map(({ upgraded }) => upgraded),
    connectPublishes,
    ...upgraded,
    ...(polling && { polling }),
    hosts,
  };
}

/** What something gives, and how many messages on Redis' channels each of so many units has cost. */
async function counted<T>(
  { counter, idle }: Situation,
  units: number,
  act: () => Promise<T>,
): Promise<[T, number]> {
  const before = await counter.tally();
  const start = performance.now();
  const result = await act();
  const took = performance.now() - start;
  const after = await counter.tally();
  return [result, Math.max(0, (after.publishes - before.publishes - idle * took) / units)];
}

async function idleRate(counter: Counter): Promise<number> {
  const before = await counter.tally();
  const start = performance.now();
  await sleep(IDLE);
  const after = await counter.tally();
  return (after.publishes - before.publishes) / (performance.now() - start);
}

/** The solution of step 9, with so many workers on each host: in the clone, for its imports. */
function copySolution(workers: number): Disposable & { dir: string } {
  const step = steps.find(({ number }) => number === 9);
  if (!step) throw new Error("The catalogue has no step 9.");
  const copies = mkdtempSync(join(root, ".scratch-bench-"));
  const dir = join(copies, step.slug);
  cpSync(folderOf(step, "solution"), dir, { recursive: true });
  const file = join(dir, ECOSYSTEM);
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(/instances: \d+/, `instances: ${workers}`),
  );
  return { dir, [Symbol.dispose]: () => rmSync(copies, { recursive: true, force: true }) };
}
