import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import type { CellRun, Outcome } from "./cell.ts";
import { labelOf, type Job } from "./job.ts";
import { Matrix } from "./matrix.ts";
import type { CellReport } from "./report.ts";

const run = (outcome: Outcome = "held"): CellRun => ({ outcome, ms: 1 });

/** A job that ends with these outcomes, one after the other, and notes that it was run. */
function job(name: string, outcomes: Outcome[] = ["held"], more: Partial<Job> = {}) {
  let runs = 0;
  const one: Job = {
    about: { step: 3, kind: "wrong", name },
    fingerprint: () => "f",
    run: async () => run(outcomes[runs++ % outcomes.length]),
    ...more,
  };
  return Object.assign(one, { runs: () => runs });
}

/** A matrix whose lanes do nothing by themselves. */
function matrixOf(jobs: Job[], { repeat = 1, lanes = 1, cells = [] as CellReport[] } = {}) {
  const done: string[] = [];
  const opened: number[] = [];
  const matrix = new Matrix(
    jobs,
    {
      repeat,
      lanes,
      cells,
      openLane: () => {
        opened.push(1);
        return { run: async () => run(), [Symbol.asyncDispose]: async () => {} };
      },
    },
    { onBegin() {}, onRun() {}, onCell: (cell) => done.push(labelOf(cell)) },
  );
  return { matrix, cells, done, opened };
}

describe("the matrix", () => {
  test("runs each cell once, in order", async () => {
    const { matrix, done, cells } = matrixOf([job("a"), job("b")]);
    await matrix.run();

    expect(done).toEqual(["3 a", "3 b"]);
    expect(cells.map(({ runs }) => runs.length)).toEqual([1, 1]);
  });

  test("runs each cell as often as it is wished, and keeps what failed", async () => {
    const { matrix, cells } = matrixOf([job("a", ["held", "failed", "held"])], { repeat: 3 });
    await matrix.run();

    expect(cells[0]?.runs.map(({ outcome }) => outcome)).toEqual(["held", "failed", "held"]);
  });

  test("does not run again what is known", async () => {
    const known = job("a");
    const half = job("b");
    const cells: CellReport[] = [
      { ...known.about, fingerprint: "f", runs: [run(), run()] },
      { ...half.about, fingerprint: "f", runs: [run()] },
    ];
    const { matrix } = matrixOf([known, half], { repeat: 2, cells });
    await matrix.run();

    expect([known.runs(), half.runs()]).toEqual([0, 1]);
    expect(cells.map(({ runs }) => runs.length)).toEqual([2, 2]);
  });

  test("runs as many cells at the same time as it has lanes", async () => {
    let now = 0;
    let most = 0;
    const slow = (name: string) =>
      job(name, [], {
        run: async () => {
          most = Math.max(most, (now += 1));
          await new Promise((resolve) => setImmediate(resolve));
          now -= 1;
          return run();
        },
      });
    const { matrix, opened } = matrixOf(["a", "b", "c", "d", "e"].map(slow), { lanes: 2 });
    await matrix.run();

    expect(most).toBe(2);
    expect(opened).toHaveLength(2);
  });

  test("opens no more lanes than it has cells", async () => {
    const { matrix, opened } = matrixOf([job("a")], { lanes: 4 });
    await matrix.run();

    expect(opened).toHaveLength(1);
  });

  test("runs what wants to be alone after all others", async () => {
    const { matrix, done } = matrixOf([job("alone", ["held"], { isAlone: true }), job("b")], {
      lanes: 2,
    });
    await matrix.run();

    expect(done).toEqual(["3 b", "3 alone"]);
  });

  test("that is stopped keeps what is done, and nothing of the cell that was running", async () => {
    const told = new EventEmitter();
    const begun = once(told, "begun");
    const cut = job("cut", [], {
      run: async () => {
        const stopped = once(told, "stopped");
        told.emit("begun");
        await stopped;
        return run("failed");
      },
    });
    const never = job("never");
    const { matrix, cells } = matrixOf([job("a"), cut, never]);
    const ended = matrix.run();
    await begun;
    const stopping = matrix.stop();
    told.emit("stopped");
    await Promise.all([stopping, ended]);

    expect(cells.map(({ name }) => name)).toEqual(["a"]);
    expect(never.runs()).toBe(0);
  });
});
