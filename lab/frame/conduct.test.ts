import { expect, test } from "vitest";
import { joinRun } from "../../workshop/stage/run.ts";
import { makeFolder } from "../../workshop/testing/folder.ts";
import { conduct } from "./conduct.ts";
import type { Experiment, Found } from "./experiment.ts";
import { runInfoOf } from "../testing/run-info.ts";
import { Store } from "./store.ts";

/** An experiment of one place that finds this. */
function finding(found: Omit<Found, "measure" | "at">): Experiment {
  const at = { workers: 1 };
  return {
    name: "timed",
    title: "Timed",
    question: "How long?",
    measures: { time: { title: "time", unit: "ms", show: "median", isTimed: true } },
    figures: [],
    notes: [],
    design: () => ({ rounds: 1, places: [at], varied: ["nothing"], held: ["all"] }),
    open: async () => ({
      visit: async () => [{ measure: "time", at, ...found }],
      async [Symbol.asyncDispose]() {},
    }),
  };
}

async function conducted(experiment: Experiment): Promise<Store> {
  const folder = makeFolder();
  try {
    const store = Store.create(runInfoOf(experiment), folder.path);
    await conduct(experiment, store, joinRun(folder.path), new AbortController().signal);
    return store;
  } finally {
    folder[Symbol.dispose]();
  }
}

test("what is timed is kept with how late the load was", async () => {
  const store = await conducted(finding({ samples: [5], lag: 1 }));

  expect(store.observations).toEqual([
    { measure: "time", at: { workers: 1 }, round: 0, samples: [5], lag: 1 },
  ]);
});

test("what is timed without a look at how late the load was is an error", async () => {
  await expect(conducted(finding({ samples: [5] }))).rejects.toThrow(
    "time is timed, and how late the load was is not told.",
  );
});
