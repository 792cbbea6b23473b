import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./catalog.ts";
import { until } from "./stage/until.ts";
import { openDesk, runCli, startCli, type Desk } from "./testing/cli.ts";
import { readReport } from "./verify/report.ts";

/** How long a cell may take, and all that is around it, on a busy machine, in ms. */
const CELL_WITHIN = 100_000;

describe("what cannot be done is answered with one line and exit code 2", () => {
  test.each([
    [["verify", "99"], /^There is no step 99: /],
    [["verify", "3", "--repeat", "0"], /^--repeat takes a whole number from 1 on, not 0\.$/],
    [["verify", "3", "--lanes", "none"], /^--lanes takes a whole number from 1 on, not none\.$/],
    [["verify", "3", "--cell", "nothing"], /^No cell has "nothing" in its name\.$/],
    [["verify", "--resume"], /^There is nothing to resume: no report in /],
    [["verify", "--write"], /^--write goes with --ablation\.$/],
    [["verify", "3", "--ablation"], /^--ablation is about no single step: /],
  ])("%j", async (words, line) => {
    const { code, output } = await runCli(words);

    expect(output.trim().split("\n")).toEqual([expect.stringMatching(line)]);
    expect(code).toBe(2);
  });
});

describe("a run", { timeout: 4 * CELL_WITHIN }, () => {
  const reportOn = ({ env }: Desk) => join(String(env.WORKSHOP_NOTES), "verify", "report.json");
  const trials = (pid: number | undefined) =>
    readdirSync(root).filter((name) => name.startsWith(`.scratch-answer-${pid}-`));

  /** Runs the matrix until so many cells are done, and interrupts it then. */
  async function interruptAfter(count: number, words: string[], desk: Desk) {
    const { cli, ended } = startCli(["verify", ...words], desk);
    await until(
      () => readReport(reportOn(desk))?.cells.length ?? 0,
      (done) => done >= count,
      { within: CELL_WITHIN, otherwise: () => new Error("No cell was run.") },
    );
    cli.kill("SIGINT");
    return { ...(await ended), pid: cli.pid };
  }

  test("that is interrupted keeps what is done, leaves nothing behind, and can go on", async () => {
    using desk = openDesk();

    const first = await interruptAfter(1, ["3", "--lanes", "1"], desk);
    expect(first.code).toBe(130);
    expect(first.output).toContain("To go on: npm run verify -- --resume");
    expect(trials(first.pid)).toEqual([]);
    const done = readReport(reportOn(desk))?.cells;
    expect(done?.[0]).toMatchObject({ step: 3, name: "solution", runs: [{ outcome: "held" }] });

    const second = await interruptAfter((done?.length ?? 0) + 1, ["--resume"], desk);
    expect(second.output).not.toContain("3 solution");
    expect(readReport(reportOn(desk))?.cells.slice(0, done?.length)).toEqual(done);
  });

  test("of one cell says in one line what came of it, and keeps no report", async () => {
    using desk = openDesk();
    const { code, output } = await runCli(["verify", "3", "--cell", "starter"], desk);

    expect(output).toMatch(/^✓ 3 starter {2}[\d.]+ m?s\n$/);
    expect(code).toBe(0);
    expect(readReport(reportOn(desk))).toBeUndefined();
  });

  test("that keeps its report elsewhere, too, is told there in full", async () => {
    using desk = openDesk();
    const file = join(String(desk.env.WORKSHOP_NOTES), "mine.json");
    await runCli(["verify", "3", "--cell", "starter", "--json", file], desk);

    expect(readReport(file)).toMatchObject({
      finishedAt: expect.any(String),
      machine: { versions: { node: process.versions.node } },
      wish: { steps: [3], repeat: 1 },
      cells: [{ step: 3, kind: "starter", runs: [{ outcome: "held" }] }],
    });
  });
});
