import { EventEmitter, once } from "node:events";
import { appendFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { folderOf, REDIS_PREFIX, root, SERVER, type Step } from "./catalog.ts";
import { RemoteChecker } from "./check/remote.ts";
import { verdictOf } from "./check/verdict.ts";
import { onInterrupt } from "./interrupt.ts";
import { judgeCode } from "./judge.ts";
import { LearnersApp } from "./learners-app.ts";
import { openDaemons } from "./session-daemons.ts";
import type { RedisAddress } from "./stage/app.ts";
import { freePort } from "./stage/ports.ts";
import { startRedis } from "./stage/redis.ts";
import { openRun, type Run } from "./stage/run.ts";
import { duration } from "./text.ts";
import { watchFolder } from "./watch.ts";

/**
 * How long somebody reads a verdict at least before they save again, in ms. The checks' process puts away
 * meanwhile what it has started for the checks before.
 */
const READS_FOR = 3_000;

/** What a learner waits for after a save, in ms. */
export interface Sample {
  firstLine: number;
  /** Until all checks are through that break nothing on purpose. */
  quick: number;
  verdict: number;
}

/** Where loops are measured, as a session has it: a checker that stays, pm2, and a Redis. */
export interface LoopBench extends AsyncDisposable {
  /** Saves a file of the step's solution so many times, and once before, which warms everything. */
  measure: (step: Step, saves: number) => Promise<{ cold: Sample; warm: Sample[] }>;
}

/**
 * Measures a session's loop: a file of the solution is saved, again and again, and the time is taken
 * until the first line of the verdict, until the last check that breaks nothing, and until the
 * whole. The first run, which warms everything, is shown and not counted.
 */
export async function benchLoop(steps: readonly Step[], runs: number): Promise<void> {
  await using run = await openRun();
  await using bench = await openLoopBench(run, steps);
  using _ = onInterrupt(async () => {
    await bench[Symbol.asyncDispose]();
    await run[Symbol.asyncDispose]();
  });
  console.log(
    `From a save to the verdict, median of ${runs} (all samples), and the runner's memory`,
  );

  for (const step of steps) {
    const { cold, warm } = await bench.measure(step, runs);
    console.log(
      [
        `step ${step.number}`,
        `first line ${summary(warm.map(({ firstLine }) => firstLine))}`,
        `without faults ${summary(warm.map((sample) => sample.quick))}`,
        `verdict ${summary(warm.map((sample) => sample.verdict))}`,
        `cold ${duration(cold.verdict)}`,
        `${Math.round(process.memoryUsage().rss / 1e6)} MB`,
      ].join("  ·  "),
    );
  }
}

/** Starts what all steps share. */
export async function openLoopBench(run: Run, steps: readonly Step[]): Promise<LoopBench> {
  const checker = new RemoteChecker();
  const hosts = Math.max(...steps.map((step) => step.hosts));
  const daemons = await openDaemons(run, { runs: "pm2", hosts });
  return {
    async measure(step, saves) {
      const dir = join(root, ".scratch", `bench-${step.slug}`);
      mkdirSync(dir, { recursive: true });
      cpSync(folderOf(step, "solution"), dir, { recursive: true });
      try {
        const silent = () => {};
        await using app = new LearnersApp({
          step,
          dir,
          run,
          port: await freePort(),
          pm2s: daemons.pm2s.slice(0, step.hosts),
          redis: await redisFor(step, run),
          tell: { said: silent, traced: silent, printed: silent, workers: silent, changed: silent },
          onUrl: silent,
        });
        const events = new EventEmitter<{ save: [] }>();
        await using _watch = await watchFolder(dir, () => events.emit("save"));
        const save = () => saveAndJudge({ checker, app, step, dir }, events);
        const cold = await save();
        const warm: Sample[] = [];
        while (warm.length < saves) {
          await sleep(READS_FOR);
          warm.push(await save());
        }
        return { cold, warm };
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
    async [Symbol.asyncDispose]() {
      await daemons[Symbol.asyncDispose]();
      await checker[Symbol.asyncDispose]();
    },
  };
}

interface Loop {
  checker: RemoteChecker;
  app: LearnersApp;
  step: Step;
  dir: string;
}

async function saveAndJudge(loop: Loop, events: EventEmitter<{ save: [] }>): Promise<Sample> {
  const { step, dir } = loop;
  const start = performance.now();
  const saved = once(events, "save");
  appendFileSync(join(dir, SERVER), "\n");
  await saved;
  let firstLine = 0;
  let quick = 0;
  const { results, restarted } = await judgeCode(
    { ...loop, isCurrent: () => true },
    ({ toCome }) => {
      firstLine ||= performance.now() - start;
      if (toCome?.quick === 0) quick ||= performance.now() - start;
    },
  );
  const verdict = performance.now() - start;
  await restarted;
  const found = verdictOf(results);
  if (found !== "passed") throw new Error(`The solution of step ${step.number}: ${found}.`);
  return { firstLine, quick, verdict };
}

function summary(samples: number[]): string {
  const sorted = [...samples].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${duration(median)} (${sorted.map((sample) => (sample / 1000).toFixed(2)).join(" ")})`;
}

/** As a session gives it; it ends with the run. */
async function redisFor(step: Step, run: Run): Promise<RedisAddress | undefined> {
  if (!step.services.includes("redis")) return undefined;
  const { url } = await startRedis(run, `${step.slug}-redis`);
  return { url, prefix: REDIS_PREFIX };
}
