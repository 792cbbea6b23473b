import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRun } from "../../workshop/stage/run.ts";
import { makeFolder, type Folder } from "../../workshop/testing/folder.ts";
import { conduct } from "../frame/conduct.ts";
import { writeReport, type Report } from "../frame/report.ts";
import { Store } from "../frame/store.ts";
import { runInfoOf } from "../testing/run-info.ts";
import { handshakeOf, type Amount } from "./handshake.ts";

/** Two clusters and a handful of clients: 10 s on a quiet machine. In ms. */
const BUSY_TIMEOUT = 120_000;

/** The experiment at its smallest. */
const smallest: Amount = {
  workers: [1, 2],
  fixes: ["none"],
  rounds: 1,
  clients: 6,
  patience: 1_000,
  processes: 1,
};

describe("the smallest experiment on the handshake", () => {
  let folder: Folder;
  let report: Report;
  let page: string;

  beforeAll(async () => {
    folder = makeFolder();
    const experiment = handshakeOf({ quick: smallest, full: smallest });
    const store = Store.create(runInfoOf(experiment), folder.path);
    await using run = await openRun();
    await conduct(experiment, store, run, new AbortController().signal);
    report = writeReport(experiment, store);
    page = readFileSync(join(folder.path, "report.md"), "utf8");
  }, BUSY_TIMEOUT);
  afterAll(() => folder[Symbol.dispose]());

  const at = (workers: number) => ({ fix: "none", workers, transports: "default" });

  test("shows that fewer connect at their first try with a second worker", () => {
    const share = (workers: number) =>
      report.summaries.at("connected", { ...at(workers), arrivals: "apart" })?.value;

    expect(share(1)).toBe(1);
    expect(share(2)).toBeLessThan(0.5);
  });

  test("shows that it takes longer with a second worker, trying again", () => {
    const waited = (workers: number) =>
      report.summaries.at("waited", { fix: "none", workers })?.value ?? NaN;

    expect(waited(2)).toBeGreaterThan(waited(1));
  });

  test("has theory beside it, with as many requests as were counted", () => {
    const plotted = report.plots.find(({ figure }) => figure.id === "first-try");

    expect(report.summaries.at("k", { outcome: "default" })?.text).toBe("3");
    for (const { theory } of plotted?.panels ?? []) {
      expect(theory[0]?.label).toBe("chance, k = 3");
      expect(theory[0]?.points).toContainEqual({ x: 2, y: 0.25 });
    }
    expect(page).toMatch(/chance, k = 3 +\| +100 % \| +25\.0 % \|/);
  });

  test("shows how many requests came on a TCP connection, as it was counted", () => {
    expect(
      report.summaries.at("perConnection", { outcome: "default" })?.value,
    ).toBeGreaterThanOrEqual(1);
    expect(page).toContain("## How many of them come on one TCP connection");
  });

  test("says which dice have chosen the order, and how late the load was", () => {
    expect(page).toContain("in an order by chance (seed 1)");
    expect(page).toMatch(/\(the load's own lag, p99\) \| +[\d.]+ ms \|/);
  });
});
