import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../workshop/catalog.ts";
import { cleanEnvironment } from "../../workshop/stage/environment.ts";
import { until } from "../../workshop/stage/until.ts";
import { makeFolder, type Folder } from "../../workshop/testing/folder.ts";

const CLI = fileURLToPath(new URL("../testing/tiny-cli.ts", import.meta.url));
const TIMEOUT = 120_000;

/** What `npm run lab` prints and leaves behind when it is interrupted after a visit, and gone on with. */
describe("an experiment that is interrupted and gone on with", { timeout: TIMEOUT }, () => {
  let folder: Folder;
  let interrupted: { code: number | null; output: string };
  let visits: string;
  let resumed: { code: number | null; output: string };

  beforeAll(async () => {
    folder = makeFolder();
    const first = start(folder.path);
    await until(
      () => visitsIn(folder.path),
      (text) => text.includes("\n"),
      { within: 60_000, otherwise: () => new Error(`No visit was kept. ${first.output()}`) },
    );
    first.child.kill("SIGINT");
    interrupted = await first.ended;
    visits = visitsIn(folder.path);
    resumed = await start(folder.path, "--resume").ended;
  }, TIMEOUT);
  afterAll(() => folder[Symbol.dispose]());

  test("keeps what is done, with a report on it, and says how to go on", () => {
    expect(interrupted.code).toBe(130);
    expect(interrupted.output).toMatch(/[1-3] of 4 are done and kept in /);
    expect(interrupted.output).toContain("npm run lab tiny -- --quick --resume");
  });

  test("does not do again what was done", () => {
    expect(resumed.code).toBe(0);
    expect(visitsIn(folder.path).startsWith(visits)).toBe(true);
    expect(visitsIn(folder.path).trim().split("\n")).toHaveLength(4);
  });

  test("prints a table and a plot, and writes the page, the pictures and all samples", () => {
    const where = folderIn(folder.path);

    expect(resumed.output).toContain("Do clients connect to one worker, and to two?");
    expect(resumed.output).toContain("└──");
    expect(resumed.output).toMatch(/websocket +8 of 8 \(68–100 %\) +8 of 8 \(68–100 %\)/);
    expect(readdirSync(where).sort()).toEqual([
      "connected.dark.svg",
      "connected.light.svg",
      "report.md",
      "result.json",
      "run.json",
      "time.dark.svg",
      "time.light.svg",
      "visits.ndjson",
    ]);
  });

  test("names the machine, the versions, the command and the dice in its result", () => {
    const result = JSON.parse(readFileSync(join(folderIn(folder.path), "result.json"), "utf8"));
    const page = readFileSync(join(folderIn(folder.path), "report.md"), "utf8");

    expect(result).toMatchObject({
      experiment: "tiny",
      command: "npm run lab tiny -- --quick",
      machine: { versions: { node: process.versions.node } },
    });
    expect(result.observations).toHaveLength(16);
    expect(page).toContain(`take turns in an order by chance (seed ${result.seed})`);
  });

  test("tells in its table how many it has seen connect by polling where a second worker takes turns", () => {
    const [, told] =
      /polling +8 of 8 \(68–100 %\) +(\d) of 8 /.exec(resumed.output) ??
      expect.fail(resumed.output);
    const { observations }: { observations: Observation[] } = JSON.parse(
      readFileSync(join(folderIn(folder.path), "result.json"), "utf8"),
    );
    const seen = observations
      .filter(({ measure, at }) => measure === "connected" && at.workers === 2)
      .filter(({ at }) => at.transports === "polling")
      .flatMap(({ samples }) => samples);

    expect(seen).toHaveLength(8);
    expect(Number(told)).toBe(seen.reduce((sum, each) => sum + each, 0));
    // A worker that is busy may be passed over, so that a second request may meet the same one.
    expect(Number(told)).toBeLessThan(8);
  });
});

test("all are gone on with, and what is done is not done again", { timeout: TIMEOUT }, async () => {
  using folder = makeFolder();
  const first = start(folder.path, "all");
  await until(
    () => visitsIn(folder.path),
    (text) => text.includes("\n"),
    { within: 60_000, otherwise: () => new Error(`No visit was kept. ${first.output()}`) },
  );
  first.child.kill("SIGINT");
  const interrupted = await first.ended;
  const resumed = await start(folder.path, "all", "--resume").ended;
  const again = await start(folder.path, "all", "--resume").ended;

  expect(interrupted.output).toContain("npm run lab all -- --quick --resume");
  expect(resumed).toMatchObject({ code: 0 });
  expect(again).toEqual({ code: 0, output: "" });
  expect(readdirSync(join(folder.path, "tiny"))).toHaveLength(1);
});

interface Observation {
  measure: string;
  at: Record<string, unknown>;
  samples: number[];
}

interface Started {
  child: ChildProcess;
  output: () => string;
  ended: Promise<{ code: number | null; output: string }>;
}

function start(results: string, ...words: string[]): Started {
  const child = spawn(process.execPath, ["--import", "tsx", CLI, ...words], {
    cwd: root,
    env: { ...cleanEnvironment(), NO_COLOR: "1", LAB_RESULTS: results },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = once(child, "close").then(([code]) => ({ code: Number(code), output }));
  return { child, output: () => output, ended };
}

function folderIn(results: string): string {
  const [name = ""] = existsSync(join(results, "tiny")) ? readdirSync(join(results, "tiny")) : [];
  return join(results, "tiny", name);
}

function visitsIn(results: string): string {
  const file = join(folderIn(results), "visits.ndjson");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
