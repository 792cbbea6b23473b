import { EventEmitter, once } from "node:events";
import { appendFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
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

/** What a learner waits for after a save, in ms. */
interface Sample {
  firstLine: number;
  /** Until all checks are through that break nothing on purpose. */
  quick: number;
  verdict: number;
}

/**
 * Measures a session's loop: a file of the solution is saved, again and again, and the time is taken
 * until the first line of the verdict, until the last check that breaks nothing, and until the
 * whole. The first run, which warms everything,
 * is shown and not counted.
 */
export async function benchLoop(steps: readonly Step[], runs: number): Promise<void> {
  await using run = await openRun();
  await using checker = new RemoteChecker();
  using _ = onInterrupt(async () => {
    await checker[Symbol.asyncDispose]();
    await run[Symbol.asyncDispose]();
  });
  const hosts = Math.max(...steps.map((step) => step.hosts));
  await using daemons = await openDaemons(run, { runs: "pm2", hosts });
  console.log(
    `From a save to the verdict, median of ${runs} (all samples), and the runner's memory`,
  );

  for (const step of steps) {
    const dir = join(root, ".scratch", `bench-${step.slug}`);
    mkdirSync(dir, { recursive: true });
    cpSync(folderOf(step, "solution"), dir, { recursive: true });
    try {
      const port = await freePort();
      const silent = () => {};
      await using app = new LearnersApp({
        step,
        dir,
        run,
        port,
        pm2s: daemons.pm2s.slice(0, step.hosts),
        redis: await redisFor(step, run),
        tell: { said: silent, traced: silent, printed: silent, workers: silent, changed: silent },
        onUrl: silent,
      });
      const saves = new EventEmitter<{ save: [] }>();
      await using _watch = await watchFolder(dir, () => saves.emit("save"));

      const samples: Sample[] = [];
      for (let count = 0; count <= runs; count += 1) {
        const start = performance.now();
        const saved = once(saves, "save");
        appendFileSync(join(dir, SERVER), "\n");
        await saved;
        let firstLine = 0;
        let quick = 0;
        const { results, restarted } = await judgeCode(
          { checker, app, step, dir, isCurrent: () => true },
          ({ toCome }) => {
            firstLine ||= performance.now() - start;
            if (toCome?.quick === 0) quick ||= performance.now() - start;
          },
        );
        const took = performance.now() - start;
        await restarted;
        const verdict = verdictOf(results);
        if (verdict !== "passed")
          throw new Error(`The solution of step ${step.number}: ${verdict}.`);
        samples.push({ firstLine, quick, verdict: took });
      }
      const [cold, ...warm] = samples;
      console.log(
        [
          `step ${step.number}`,
          `first line ${summary(warm.map(({ firstLine }) => firstLine))}`,
          `without faults ${summary(warm.map((sample) => sample.quick))}`,
          `verdict ${summary(warm.map((sample) => sample.verdict))}`,
          `cold ${duration(cold?.verdict ?? 0)}`,
          `${Math.round(process.memoryUsage().rss / 1e6)} MB`,
        ].join("  ·  "),
      );
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
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
