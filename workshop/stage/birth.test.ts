import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Inconclusive, NotYet, type Finding } from "../problems.ts";
import { Trace } from "../trace/collector.ts";
import type { TraceEvent } from "../trace/events.ts";
import { Birth } from "./birth.ts";
import type { Worker } from "./pm2.ts";
import { worker } from "../testing/worker.ts";

const DIR = "/clone/work/03-cluster";
const PORT = 4000;
/** What a crash on line 7 prints. */
const CRASH = `Error: out of luck\n    at ${DIR}/server.ts:7:1\n`;

/** An app that has reported these events so far. */
function bornWith(...events: TraceEvent[]): Birth {
  const trace = new Trace("");
  for (const event of events) trace.add(event);
  return new Birth(trace, DIR, PORT);
}

const listens = (port = PORT, pid = 1000): TraceEvent => ({
  kind: "listening",
  at: Date.now(),
  worker: { instance: pid - 1000, pid },
  port,
});

/** What is found out by that; undefined when it may still come up. */
function findingOf(act: () => void): Finding | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof NotYet) return error.finding;
    throw error;
  }
  return undefined;
}

/** What is found out when the processes look like this for a while. */
function findingAfter(ms: number, birth: Birth, workers: Worker[], err = ""): Finding | undefined {
  return findingOf(() => {
    for (let passed = 0; passed <= ms; passed += 500) {
      birth.inspect(workers, err);
      vi.advanceTimersByTime(500);
    }
  });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("an app that comes up", () => {
  test("is up for those pids that listen on its port", () => {
    expect(bornWith(listens()).listening).toEqual([1000]);
  });

  test("is given time while it loads", () => {
    expect(findingAfter(2_000, bornWith(), [worker({ cpu: 40 })])).toBeUndefined();
  });

  test("is given time for its other workers when the first one listens", () => {
    const workers = [worker(), worker({ instance: 1, pid: 1001, state: "launching" })];

    expect(findingAfter(10_000, bornWith(listens()), workers)).toBeUndefined();
  });

  test("may listen on another port, too", () => {
    const birth = bornWith(listens(4567), listens());

    expect(findingAfter(2_000, birth, [worker()])).toBeUndefined();
    expect(birth.listening).toHaveLength(1);
  });

  test("may have crashed once", () => {
    expect(findingAfter(1_000, bornWith(listens()), [worker({ restarts: 1 })])).toBeUndefined();
  });
});

describe("an app does not come up", () => {
  test("when it listens on another port", () => {
    const finding = findingAfter(2_000, bornWith(listens(4567)), [worker()]);

    expect(finding).toMatchObject({ seen: "that it listens on 4567", blocks: true });
  });

  test("when each of its processes listens on a port of its own", () => {
    const workers = [1000, 1001, 1002].map((pid) => worker({ pid, mode: "fork" }));
    const birth = bornWith(listens(), listens(PORT + 1, 1001), listens(PORT + 2, 1002));

    expect(findingAfter(2_000, birth, workers)).toMatchObject({
      seen: `3 with ports of their own, such as ${PORT + 1}`,
      look: { file: "ecosystem.config.cjs" },
    });
  });

  test("when each worker of a cluster does so for all the time that it is given", () => {
    const workers = [worker(), worker({ pid: 1001 })];
    const birth = bornWith(listens(), listens(PORT + 1, 1001));

    expect(findingAfter(2_000, birth, workers)).toBeUndefined();
    const finding = findingOf(() => {
      throw birth.failed("");
    });
    expect(finding).toMatchObject({
      seen: `2 with ports of their own, such as ${PORT + 1}`,
      look: { file: "server.ts" },
    });
  });

  test("when it crashed before it listened", () => {
    const birth = bornWith();
    birth.crashed(CRASH);
    birth.crashed("a later reason");

    expect(findingOf(() => birth.examine())?.seen).toBe("Error: out of luck (server.ts:7)");
  });

  test("when it crashes again and again, whether it has listened or not", () => {
    const finding = findingOf(() => bornWith(listens()).inspect([worker({ restarts: 3 })], CRASH));

    expect(finding?.seen).toMatch(/^Error: out of luck \(server\.ts:7\).*\b3 restarts/);
  });

  test("when all its processes are idle and none listens", () => {
    const finding = findingAfter(4_000, bornWith(), [worker(), worker({ pid: 1001 })]);

    expect(finding).toMatchObject({
      expected: "the server to listen on port 4000",
      seen: expect.stringMatching(/listens nowhere/),
      hint: expect.stringMatching(/listen/),
    });
  });

  test("when it listens and never says that it is ready, which pm2 waits for", () => {
    const finding = findingAfter(5_000, bornWith(listens()), [worker({ waitsForReady: true })]);

    expect(finding?.expected).toMatch(/"ready"/);
  });
});

describe("an app that is not up when the time is over", () => {
  test("is told to be busy when it is, also when several share the cores", () => {
    const busy = [worker({ cpu: 45 }), worker({ pid: 1001, cpu: 50 })];

    expect(findingAfter(9_000, bornWith(), busy)?.seen).toMatch(/\(pid 1001\) is busy without end/);
  });

  test("is not told to be busy without end where it has not had much of a core", () => {
    const birth = bornWith();
    const starved = [8, 12, 12].map((cpu, at) => worker({ pid: 1000 + at, cpu }));

    expect(findingAfter(20_000, birth, starved)).toBeUndefined();
    expect(birth.failed("")).toBeInstanceOf(Inconclusive);
  });

  test("is not told to be busy without end for what its workers have needed in sum", () => {
    const turns = [1000, 1001, 1002, 1003].map((busy) =>
      [1000, 1001, 1002, 1003].map((pid) => worker({ pid, cpu: pid === busy ? 70 : 10 })),
    );
    const birth = bornWith();

    for (const workers of turns) expect(findingAfter(2_500, birth, workers)).toBeUndefined();
    expect(birth.isStarved).toBe(true);
  });

  test("is not told to wait for something while one that is missing still works", () => {
    const birth = bornWith(listens());
    birth.inspect([worker({ pid: 1000 }), worker({ pid: 1001, cpu: 20 })], "");

    expect(birth.failed("")).toBeInstanceOf(Inconclusive);
  });

  test("is told with what it printed last when nothing else is known", () => {
    expect(
      findingOf(() => {
        throw bornWith().failed(CRASH);
      })?.seen,
    ).toBe("Error: out of luck (server.ts:7)");
  });

  test("is not blamed for what pm2 prints by itself", () => {
    const warning =
      "(node:1) Warning: TypeScript support unavailable (Cannot find module 'ts-node'\n" +
      "Require stack:\n- /clone/node_modules/pm2/lib/ProcessContainerFork.js)\n";

    expect(
      findingOf(() => {
        throw bornWith().failed(warning);
      })?.seen,
    ).not.toMatch(/ts-node|node_modules/);
  });
});
