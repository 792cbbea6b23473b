import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../workshop/testing/folder.ts";
import { Store, type RunInfo } from "./store.ts";

const INFO: RunInfo = {
  experiment: "tiny",
  size: "quick",
  command: "npm run lab tiny",
  startedAt: "2026-11-24T14:03:00.000Z",
  took: 0,
  rounds: 3,
  seed: 1,
  places: [{ workers: 4 }],
  varied: [],
  held: [],
  machine: { system: "a system", cpu: "a processor", cores: 2, memory: 1, versions: {} },
  commit: { hash: "unknown", changed: 0 },
  load: [],
};

/** A visit of the one place. */
const visit = (round: number, samples: number[] = [1, 2]) => {
  const at = { workers: 4 };
  return { at, round, ms: 10, found: [{ measure: "connect", at, samples }] };
};

const fileIn = (folder: string) => join(folder, "visits.ndjson");

test("a run that is opened again has what was done, and what never came", () => {
  using folder = makeFolder();
  const store = Store.create(INFO, folder.path);
  store.add(visit(0, [1, Infinity]));

  const opened = Store.open(folder.path);

  expect(opened.done).toBe(1);
  expect(opened.has({ workers: 4 }, 0)).toBe(true);
  expect(opened.observations).toMatchObject([{ round: 0, samples: [1, Infinity] }]);
});

test("a line that was torn off is done again, and breaks none that come after it", () => {
  using folder = makeFolder();
  Store.create(INFO, folder.path).add(visit(0));
  const whole = readFileSync(fileIn(folder.path), "utf8");
  appendFileSync(fileIn(folder.path), JSON.stringify(visit(1)).slice(0, -9));

  const resumed = Store.open(folder.path);
  const left = readFileSync(fileIn(folder.path), "utf8");
  resumed.add(visit(1));
  const opened = Store.open(folder.path);

  expect(resumed.has({ workers: 4 }, 1)).toBe(true);
  expect(left).toBe(whole);
  expect(opened.observations.map(({ round }) => round)).toEqual([0, 1]);
});
