import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { CellKind, CellRun } from "./cell.ts";
import { beginReport, type CellReport } from "./report.ts";
import { summaryOf } from "./summary.ts";
import { closingLine, problemList, tableOf, took } from "./table.ts";

const held: CellRun = { outcome: "held", ms: 1_500 };
const failed: CellRun = { outcome: "failed", ms: 500, problem: "It is not caught:\n✗ a check" };

const cell = (kind: CellKind, name: string, runs: CellRun[], step = 3): CellReport => ({
  step: kind === "ablation" ? undefined : step,
  kind,
  name,
  fingerprint: "f",
  runs,
});
const plain = (text: string) => stripVTControlCharacters(text).split("\n");

const cells = [
  cell("solution", "solution", [held, held]),
  cell("starter", "starter", [held, held]),
  cell("wrong", "wrong-a", [held, failed]),
  cell("wrong", "wrong-b", [held, held]),
  cell("right", "right-a", [held, held]),
  cell("solution", "solution", [failed, failed], 5),
  cell("ablation", "sticky, adapter", [held, held]),
];
const missing = cell("starter", "starter", [], 5);

describe("the table", () => {
  test("has a row for each step, and one for the ablation", () => {
    expect(plain(tableOf(cells, [...cells, missing]))).toEqual([
      "step                               solution  starter  wrong caught  right passing    time",
      "3  Cluster it, and watch it break  ✓         ✓        1 of 2        1 of 1         14.0 s",
      "5  Pub/sub by hand                 failed    –        0 of 0        0 of 0          1.0 s",
      "ablation                           1 of 1 cells as they must be                     3.0 s",
    ]);
  });

  test("is followed by what is not as it must be, with its rate", () => {
    expect(plain(problemList(cells))).toEqual([
      "~ 3 wrong-a  flaky: 1 of 2  2.0 s",
      "    In 1 of 2 runs:",
      "    It is not caught:",
      "    ✗ a check",
      "",
      "✗ 5 solution  failed: 0 of 2  1.0 s",
      "    In 2 of 2 runs:",
      "    It is not caught:",
      "    ✗ a check",
    ]);
  });

  test("ends with one line that says it all", () => {
    expect(plain(closingLine(cells, [...cells, missing]))).toEqual([
      "2 of 8 cells are not as they must be; 1 was not run.",
    ]);
    expect(plain(closingLine(cells.slice(0, 2), cells.slice(0, 2)))).toEqual([
      "All 2 cells are as they must be.",
    ]);
  });
});

test("the summary says in a few lines when, what, where, and what came of it", () => {
  const report = {
    ...beginReport(
      {
        machine: {
          system: "Debian GNU/Linux 12 (bookworm), linux 6.1",
          cpu: "Some CPU",
          cores: 2,
          memory: 8 * 2 ** 30,
          versions: { node: "20.20.2", pm2: "7.0.4" },
        },
        commit: { hash: "b59f095", changed: 3 },
        wish: { steps: [3, 5], ablation: false, full: false, repeat: 2, load: true },
        lanes: 1,
      },
      new Date(2026, 10, 24, 14, 3),
    ),
    ms: 65_000,
    cells,
  };

  expect(plain(summaryOf(report, [...cells, missing]))).toEqual([
    "Broken Handshakes, npm run verify 3 5 -- --repeat 2 --load, 24 November 2026, 14:03",
    "commit b59f095 and 3 changed files; took 1 min 5 s, each cell 2 times, with all cores kept busy, 1 lane",
    "Debian GNU/Linux 12 (bookworm), linux 6.1, 2 × Some CPU, 8.0 GB",
    "node 20.20.2, pm2 7.0.4",
    "as it must be: 1 of 2 solutions, 1 of 2 starters, 1 of 2 wrong answers caught, 1 of 1 right answers passing, 1 of 1 cells of the ablation",
    "not so: 3 wrong-a (flaky: 1 of 2), 5 solution (failed: 0 of 2), 1 cell that was not run",
  ]);
});

test.each([
  [41_300, "41.3 s"],
  [59_990, "1 min 0 s"],
  [725_000, "12 min 5 s"],
  [3_720_000, "1 h 2 min"],
])("%i ms are %s", (ms, text) => {
  expect(took(ms)).toBe(text);
});
