import { expect, test } from "vitest";
import { isAlive } from "../stage/processes.mjs";
import { keepBusy } from "./load.ts";

test("cores are kept busy by a process each, which ends when it is no longer wanted", async () => {
  const load = await keepBusy(2);
  const alive = load.pids.map(isAlive);
  await load[Symbol.asyncDispose]();

  expect(alive).toEqual([true, true]);
  expect(load.pids.map(isAlive)).toEqual([false, false]);
});
