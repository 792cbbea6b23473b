import { expect, test } from "vitest";
import type { Pool } from "../load/pool.ts";
import { percentile } from "../statistics.ts";
import { say } from "./broadcast.ts";

const [MESSAGES, PROCESSES, CLIENTS] = [100, 4, 1_000];
const IN_EACH = CLIENTS / PROCESSES;

/** A load that has heard each message at one client of a process after the other, a ms apart. */
function heard(lag = { p99: 1, max: 2 }): Pool {
  const latencies = Array.from({ length: MESSAGES * IN_EACH }, (_, at) => (at % IN_EACH) + 1);
  const answers: Record<string, unknown> = {
    speak: 0,
    countHeard: latencies.length,
    hear: { count: latencies.length, last: 1_000, latencies },
  };
  // As much of it as is asked here.
  const ask = (async (name: string) => answers[name]) as Pool["ask"];
  return {
    size: PROCESSES,
    ask,
    all: (act) => Promise.all(Array.from({ length: PROCESSES }, (_, nth) => act(ask, nth))),
    timed: async (act) => ({ result: await act(), lag }),
    async [Symbol.asyncDispose]() {},
  };
}

test("the last clients to hear a message are among those that are kept", async () => {
  const { latencies, reach } = await say(heard(), {
    count: MESSAGES,
    every: 20,
    clients: CLIENTS,
  });

  expect(reach).toBe(100);
  expect(Math.abs(percentile(latencies, 0.99) - 248)).toBeLessThanOrEqual(2);
  expect(Math.abs(percentile(latencies, 0.5) - IN_EACH / 2)).toBeLessThan(10);
});

test.each([
  ["at a steady pace", 20, { p99: 400, max: 500 }],
  ["in a burst", 0, { p99: 5_000, max: 5_000 }],
])("what is heard %s does not count when the load was too late", async (_, every, lag) => {
  const how = { count: MESSAGES, every, clients: CLIENTS };

  expect((await say(heard(), how)).judged).toEqual({ lag: 1, invalid: undefined });
  expect((await say(heard(lag), how)).judged.invalid).toMatch(/^the load generator was late/);
});
