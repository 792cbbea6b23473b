import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { root } from "../catalog.ts";
import { ended } from "../testing/processes.ts";
import { pidOf, tell } from "../testing/redis.ts";
import { runScript } from "../testing/script.ts";
import { isAlive } from "./processes.mjs";
import { startRedis } from "./redis.ts";
import { openRun } from "./run.ts";
import { until } from "./until.ts";

/** Whether environments can be read; where they cannot, pid files must do. */
const NO_PROC = [
  ["can", undefined],
  ["cannot", "1"],
] as const;

afterEach(() => vi.unstubAllEnvs());

describe("the end of a Redis is told", () => {
  test("when somebody else has killed it, each time", async () => {
    await using run = await openRun();
    let ends = 0;
    await using redis = await startRedis(run, "redis", () => (ends += 1));
    const endsAre = (wanted: number) =>
      until(
        () => ends,
        (count) => count === wanted,
        { within: 5_000, otherwise: (count) => new Error(`Told ${count} times.`) },
      );

    process.kill(await pidOf(redis), "SIGKILL");
    await endsAre(1);
    expect(redis.isThere()).toBe(false);
    await redis.start();
    await tell(redis.url, "SHUTDOWN", "NOSAVE").catch(() => {});

    await endsAre(2);
  });

  test("but not when it is killed, started again and disposed by us", async () => {
    await using run = await openRun();
    let ends = 0;
    {
      await using redis = await startRedis(run, "redis", () => (ends += 1));
      await redis.kill();
      await redis.start();
      redis.pause();
      await redis.kill();
      await redis.start();
    }

    expect(ends).toBe(0);
  });
});

describe("nothing is left of a Redis", () => {
  test("that is disposed, of its folder neither", async () => {
    await using run = await openRun();
    const redis = await startRedis(run);
    const pid = await pidOf(redis);

    await redis[Symbol.asyncDispose]();

    expect([isAlive(pid), existsSync(join(run.folder, "redis"))]).toEqual([false, false]);
  });

  test.each(NO_PROC)("whose run is disposed, where environments %s be read", async (_, noProc) => {
    vi.stubEnv("WORKSHOP_NO_PROC", noProc);
    const run = await openRun();
    const redis = await startRedis(run);
    const before = await pidOf(redis);
    await redis.kill();
    await redis.start();
    const after = await pidOf(redis);

    await run[Symbol.asyncDispose]();

    await ended([before, after]);
    expect(existsSync(run.folder)).toBe(false);
  });

  test.each(NO_PROC)("whose runner is killed, where environments %s be read", async (_, noProc) => {
    await using runner = runScript(RUNNER, {
      imports: ["tsx"],
      env: { WORKSHOP_NO_PROC: noProc },
    });
    const { url, folder } = await runner.hears(isPlace);
    const pid = await pidOf({ url });

    await runner.end("SIGKILL");

    await vanish(pid, folder);
  });

  test("that is frozen, and whose runner is killed", async () => {
    await using runner = runScript(RUNNER, { imports: ["tsx"] });
    const { url, folder } = await runner.hears(isPlace);
    const pid = await pidOf({ url });
    process.kill(pid, "SIGSTOP");

    await runner.end("SIGKILL");

    await vanish(pid, folder);
  });
});

/** Opens a run with a Redis in it, which was started twice, and says where they are. */
const RUNNER = `
  import { openRun } from ${moduleIn("stage/run.ts")};
  import { startRedis } from ${moduleIn("stage/redis.ts")};
  const run = await openRun();
  const redis = await startRedis(run);
  await redis.kill();
  await redis.start();
  process.send({ url: redis.url, folder: run.folder });
  setInterval(() => {}, 1000);
`;

function moduleIn(file: string): string {
  return JSON.stringify(pathToFileURL(join(root, "workshop", file)).href);
}

function isPlace(message: unknown): message is { url: string; folder: string } {
  return typeof message === "object" && message !== null && "url" in message;
}

/** Waits until a process has ended and the folder of its run is gone. */
async function vanish(pid: number, folder: string): Promise<void> {
  await ended([pid]);
  await until(
    () => existsSync(folder),
    (there) => !there,
    { within: 10_000, otherwise: () => new Error(`${folder} is still there.`) },
  );
}
