import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startLag, stopLag, whyInvalid, worstOf } from "./lag.ts";
import { mostClients, shares } from "./pool.ts";

describe("the load generator", () => {
  test("knows when it was late itself, and what it has timed does not count", async () => {
    startLag();
    // It must have looked once before it is kept from looking.
    await sleep(20);
    const end = performance.now() + 400;
    while (performance.now() < end);
    await turn();
    await sleep(20);
    const lag = stopLag();

    expect(lag.max).toBeGreaterThan(300);
    expect(whyInvalid(lag)).toMatch(/^the load generator was late: p99 \d+ ms, longest \d+ ms$/);
  });

  test("is as late as the latest of its processes", () => {
    const worst = worstOf([
      { p99: 1, max: 9 },
      { p99: 3, max: 4 },
    ]);

    expect(worst).toEqual({ p99: 3, max: 9 });
    expect(whyInvalid(worst)).toBeUndefined();
  });

  test.each([
    [10, 4, [3, 3, 2, 2]],
    [2, 4, [1, 1, 0, 0]],
  ])("shares %i clients out among %i processes", (count, processes, expected) => {
    expect(shares(count, processes)).toEqual(expected);
  });

  test("has no more clients than the system has files for", () => {
    expect(mostClients(1024)).toBe(480);
    expect(mostClients(10)).toBe(1);
  });
});
