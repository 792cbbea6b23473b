import { expect, test } from "vitest";
import type { PoolWorker } from "vitest/node";
import { KeptWorker } from "./kept-worker.ts";

test("a run begins when the one before has put away what belongs to it", async () => {
  await using kept = new KeptWorker();
  const [first, second] = [ask(kept), ask(kept)];
  await first.start();
  const events: string[] = [];
  const beginning = second.start().then(() => events.push("the second begins"));
  // What does not wait for the first would have begun by then.
  await new Promise(setImmediate);
  events.push("the first stops");
  await first.stop();
  await beginning;

  expect(events).toEqual(["the first stops", "the second begins"]);
});

test("a run whose process is ended has stopped, and the next one begins", async () => {
  await using kept = new KeptWorker();
  const second = ask(kept);
  const { answers } = await begin(kept);
  const beginning = second.start();

  await kept.discard();
  await beginning;

  expect(answers.at(-1)).toEqual({ __vitest_worker_response__: true, type: "stopped" });
});

test("a run that is over hears nothing of the next one", async () => {
  await using kept = new KeptWorker();
  const second = ask(kept);
  const { first, answers } = await begin(kept);
  await first.stop();
  await second.start();
  second.on("exit", () => {});
  const ended = new Promise((resolve) => second.on("error", resolve));

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
function ask(kept: KeptWorker): PoolWorker {
  return kept.worker({ env: { ...process.env }, execArgv: [] });
}
