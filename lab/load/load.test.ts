import { execFileSync } from "node:child_process";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { judge, MOST_LAG_ALONE, startLag, stopLag, whyInvalid, worstOf } from "./lag.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import { openRun } from "../../workshop/stage/run.ts";
import { capClients, mostClients, openPool, shares } from "./pool.ts";

/** What a child of Node is told, one a line: its soft limit and its hard one. */
const ASK_LIMITS =
  "process.stdout.write(require('child_process').execSync('ulimit -Sn; ulimit -Hn'))";
const BUSY_TIMEOUT = 60_000;

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

  test("may be late by less where nothing of its own keeps it", () => {
    const lag = { p99: 40, max: 60 };

    expect(judge(lag)).toEqual({ lag: 40, invalid: undefined });
    expect(judge(lag, MOST_LAG_ALONE).invalid).toBe(
      "the load generator was late: p99 40 ms, longest 60 ms",
    );
  });

  test.each([
    [10, 4, [3, 3, 2, 2]],
    [2, 4, [1, 1, 0, 0]],
  ])("shares %i clients out among %i processes", (count, processes, expected) => {
    expect(shares(count, processes)).toEqual(expected);
  });

  test("has no more clients than the system has files for", () => {
    expect(mostClients(1, 1024)).toBe(480);
    expect(mostClients(1, 10)).toBe(1);
  });

  test("has no more clients than a single server has files for", () => {
    expect(mostClients(4, 1024)).toBe(960);
  });

  test("caps numbers of clients, each once, and says so", () => {
    expect(capClients([100, 1_000, 2_000], 4, 1024)).toEqual({
      counts: [100, 960],
      note: "no more than 960 clients instead of 1000, 2000, since a process may have 1024 files open (`ulimit -Hn`)",
    });
    expect(capClients([100, 900], 4, 1024)).toEqual({ counts: [100, 900], note: undefined });
  });

  test("may have as many files as the system lets it have at most", () => {
    const shell = `ulimit -Sn 256; "${process.execPath}" -e "${ASK_LIMITS}"`;
    const [soft, hard] = execFileSync("/bin/sh", ["-c", shell], { encoding: "utf8" }).split("\n");

    expect(soft).toBe(hard);
  });

  test("tells what never came, from its process to ours", { timeout: BUSY_TIMEOUT }, async () => {
    await using run = await openRun();
    await using pool = await openPool(run, 1);
    const url = `http://127.0.0.1:${await freePort()}`;

    const [found] = await pool.ask("persist", {
      url,
      transports: ["websocket"],
      count: 1,
      within: 50,
    });

    expect(found).toEqual({ connected: Infinity, answered: Infinity });
  });
});
