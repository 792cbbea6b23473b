import { setTimeout as sleep } from "node:timers/promises";
import { startRedis } from "../../workshop/stage/redis.ts";
import type { Run } from "../../workshop/stage/run.ts";
import { startChild } from "../cluster/child.ts";
import type { Lag } from "../load/lag.ts";
import { onTime } from "../load/on-time.ts";
import { turned } from "../turned.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { startCounter, type Counter } from "./commands.ts";
import { type Block, type Figure } from "./figures.ts";
import type { LoadAnswers } from "./load.ts";
import { probes, type IdleRates, type Sizes } from "./probes.ts";
import { openStand, type Load, type Stand } from "./stand.ts";
import type { Variant } from "./variants.ts";

export interface Plan {
  /** Numbers of workers, each measured by itself. */
  workers: readonly number[];
  variants: readonly Variant[];
  rounds: number;
  sizes: Sizes;
  /** The module of the reference, where it is to be measured. */
  reference?: string | undefined;
}

/** A full run, and a short one whose figures are rough. */
export const FULL: Pick<Plan, "rounds" | "sizes"> = {
  rounds: 3,
  sizes: {
    connects: 10,
    messages: 400,
    pollingMessages: 60,
    posts: 200,
    broadcasts: 20,
    flood: 600,
    echoes: 400,
  },
};
export const QUICK: Pick<Plan, "rounds" | "sizes"> = {
  rounds: 2,
  sizes: {
    connects: 4,
    messages: 150,
    pollingMessages: 20,
    posts: 100,
    broadcasts: 10,
    flood: 300,
    echoes: 150,
  },
};

const NOTHING: IdleRates = { commands: 0, publishes: 0, bytesOut: 0 };
/** For how long Redis is watched while nothing is asked of it, in ms. */
const IDLE = 1500;

/**
 * Measures all variants side by side, with each number of workers. The clusters of one number stand
 * all at once, and each probe goes from one to the next before the next probe comes, in an order
 * that turns: what the machine does meanwhile meets all of them alike. All processes are the run's.
 *
 * @param progress told what comes next
 */
export async function measureRelay(
  run: Run,
  plan: Plan,
  progress: (what: string) => void = () => {},
): Promise<Block[]> {
  const redis = new Map<Variant, Redis>();
  await using _ = disposeAll(() => redis.values());
  for (const variant of plan.variants) redis.set(variant, await startCounted(run, variant));
  await using load = startChild<LoadAnswers>(run, "load", new URL("load.ts", import.meta.url));
  await using echo = startChild<LoadAnswers>(run, "echo", new URL("load.ts", import.meta.url));
  const redisUrl = (redis.get("relay") ?? [...redis.values()][0])?.url ?? "";
  await echo.ask("startEcho", { redisUrl });
  const bench: Bench = { load, redis, redisUrl };

  const blocks: Block[] = [];
  for (const workers of plan.workers) {
    progress(`${workers} worker${workers === 1 ? "" : "s"}: starting`);
    blocks.push(await measureBlock(run, bench, plan, workers, progress));
  }
  return blocks;
}

interface Redis extends AsyncDisposable {
  url: string;
  counter: Counter;
}

/** What is measured is asked of the load; each variant has a Redis of its own. */
interface Bench {
  load: Load;
  redis: ReadonlyMap<Variant, Redis>;
  /** The Redis of the bare echo, which is the relay's. */
  redisUrl: string;
}

async function startCounted(run: Run, variant: Variant): Promise<Redis> {
  const redis = await startRedis(run, `redis-${variant}`);
  const counter = await startCounter(redis.url);
  return {
    url: redis.url,
    counter,
    async [Symbol.asyncDispose]() {
      await counter[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

function disposeAll(all: () => Iterable<AsyncDisposable>): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([...all()].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

async function measureBlock(
  run: Run,
  bench: Bench,
  plan: Plan,
  workers: number,
  progress: (what: string) => void,
): Promise<Block> {
  const { load, redis, redisUrl } = bench;
  const { reference, rounds, sizes } = plan;
  const clusters: Cluster[] = [];
  await using _ = disposeAll(() => clusters);
  const stands: Stand[] = [];
  const starting = [...redis].map(async ([variant, { url, counter }]) => {
    const count = variant === "single" ? 1 : workers;
    const cluster = await startCluster(run, variant, count, { redisUrl: url, reference });
    clusters.push(cluster);
    return { cluster, counter };
  });
  for (const { cluster, counter } of await Promise.all(starting)) {
    stands.push(await openStand(load, cluster, counter));
  }

  const samples: ByFigure<number[]> = new Map();
  const lags: ByFigure<Lag> = new Map();
  const echoes: number[][] = [];
  const idle = new Map(
    await Promise.all(
      stands.map(async (stand) => [stand, await idleRates(stand.counter)] as const),
    ),
  );
  for (let round = 0; round < rounds; round += 1) {
    progress(`${workers} worker${workers === 1 ? "" : "s"}: round ${round + 1} of ${rounds}`);
    echoes.push(await load.ask("ping", { redisUrl, count: sizes.echoes }));
    for (const [at, probe] of probes.entries()) {
      for (const stand of turned(stands, round + at)) {
        const situation = { load, stand, sizes, idle: idle.get(stand) ?? NOTHING };
        const { result: found, lag } = await onTime(load, () => probe(situation));
        // The keys of what a probe gives are figures.
        for (const [figure, values] of Object.entries(found) as [Figure, number[]][]) {
          add(samples, stand.cluster.variant, figure, round, values);
          add(lags, stand.cluster.variant, figure, round, lag);
        }
      }
    }
  }
  await load.ask("release", { clients: "all" });
  return {
    workers,
    echo: echoes,
    variants: recordOf(samples),
    lags: recordOf(lags),
  };
}

/** Something of each variant and figure, by round. */
type ByFigure<T> = Map<Variant, Map<Figure, T[]>>;

function add<T>(all: ByFigure<T>, variant: Variant, figure: Figure, round: number, one: T): void {
  const byFigure = all.get(variant) ?? new Map<Figure, T[]>();
  all.set(variant, byFigure);
  const byRound = byFigure.get(figure) ?? [];
  byRound[round] = one;
  byFigure.set(figure, byRound);
}

function recordOf<T>(all: ByFigure<T>): Partial<Record<Variant, Partial<Record<Figure, T[]>>>> {
  return Object.fromEntries(
    [...all].map(([variant, byFigure]) => [variant, Object.fromEntries(byFigure)]),
  );
}

async function idleRates(counter: Counter): Promise<IdleRates> {
  const before = await counter.tally();
  const start = performance.now();
  await sleep(IDLE);
  const after = await counter.tally();
  const took = performance.now() - start;
  return {
    commands: (after.commands - before.commands) / took,
    publishes: (after.publishes - before.publishes) / took,
    bytesOut: (after.bytesOut - before.bytesOut) / took,
  };
}
