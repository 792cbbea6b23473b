import { expect, test, vi } from "vitest";
import type { Worker } from "../stage/pm2.ts";
import { WorkerWatch } from "./worker-watch.ts";

const worker = (instance: number): Worker => ({
  instance,
  pid: 40_000 + instance,
  state: "online",
  mode: "cluster",
  restarts: 0,
  startedAt: 0,
  cpu: 0,
  memory: 0,
  waitsForReady: false,
});

test("who looks while a look is under way hears what came after it", async () => {
  const answers: ((workers: Worker[]) => void)[] = [];
  const app = { workers: () => new Promise<Worker[]>((resolve) => answers.push(resolve)) };
  using watch = new WorkerWatch({ app: () => app, isWatched: () => false, tell() {} });

  const early = watch.look();
  const late = [watch.look(), watch.look()];
  answers[0]?.([worker(0)]);
  await early;
  await vi.waitUntil(() => answers.length > 1);
  answers[1]?.([worker(0), worker(1)]);
  await Promise.all(late);

  expect(watch.views.map(({ name }) => name)).toEqual(["worker 0", "worker 1"]);
  expect(answers).toHaveLength(2);
});
