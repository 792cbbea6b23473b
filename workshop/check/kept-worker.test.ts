import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { PoolOptions, PoolWorker } from "vitest/node";
import { KeptWorker } from "./kept-worker.ts";

test("a run begins when the one before has put away what belongs to it", async () => {
  await using kept = new KeptWorker();
  const [first, second] = [ask(kept), ask(kept)];
  await first.start();
  let hasBegun = false;
  const beginning = second.start().then(() => (hasBegun = true));

  await sleep(50);
  const early = hasBegun;
  await first.stop();
  await beginning;

  expect(early).toBe(false);
  expect(hasBegun).toBe(true);
});

test("a run whose process is ended has stopped, and the next one begins", async () => {
  await using kept = new KeptWorker();
  const second = ask(kept);
  const { answers } = await begin(kept);
  const beginning = second.start();

  await kept.discard();
  await beginning;

  expect(answers).toEqual([{ __vitest_worker_response__: true, type: "stopped" }]);
});

test("a run that is over hears nothing of the next one", async () => {
  await using kept = new KeptWorker();
  const second = ask(kept);
  const { first, answers } = await begin(kept);
  await first.stop();
  await second.start();
  const ended = new Promise((resolve) => second.on("exit", resolve));

  await kept.discard();
  await ended;

  expect(answers).toEqual([]);
});

/** A run that goes on, and what it hears. */
async function begin(kept: KeptWorker): Promise<{ first: PoolWorker; answers: unknown[] }> {
  const first = ask(kept);
  await first.start();
  const answers: unknown[] = [];
  first.on("message", (answer) => answers.push(answer));
  return { first, answers };
}

/** A worker as vitest asks for one. */
function ask({ pool }: KeptWorker): PoolWorker {
  return pool.createPoolWorker({ env: { ...process.env }, execArgv: [] } as unknown as PoolOptions);
}
