import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./catalog.ts";
import { prepareForTests } from "./doctor.ts";
import { processesOf } from "./stage/processes.mjs";
import { RUNS } from "./stage/run.ts";
import { until } from "./stage/until.ts";

/** What browsers and test tools leave in the folder for temporary files when nobody clears it. */
const TEMPORARY = /^(bh-|playwright|\.org\.chromium|puppeteer|vitest)/;

/**
 * Runs everything: the unit tests, the checks of every step on its solution, every starter, and at
 * last a look for what the run has left behind. Prints the totals as `N passed, N failed`.
 *
 * @throws MachineProblem when the tests need something that the machine lacks and that may not, or
 * cannot, be installed.
 */
export async function runTests(): Promise<number> {
  await prepareForTests();
  const before = leftovers();
  const { passed, failed, skipped } = await runVitest();

  const leaks = await whatStays(before);
  const leak = leaks.length > 0 ? 1 : 0;
  console.log(
    leak ? `\n✗ nothing is left behind\n    ${leaks.join("\n    ")}` : "\n✓ nothing is left behind",
  );
  const not = skipped ? `, ${skipped} skipped` : "";
  console.log(`\n${passed + 1 - leak} passed, ${failed + leak} failed${not}`);
  return failed + leak === 0 ? 0 : 1;
}

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

async function runVitest(): Promise<Totals> {
  const folder = mkdtempSync(join(tmpdir(), "totals-"));
  const file = join(folder, "totals.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const vitest = spawn(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", ...reporters],
    { cwd: root, stdio: "inherit" },
  );
  const [code]: unknown[] = await once(vitest, "exit");
  try {
    const totals = JSON.parse(readFileSync(file, "utf8"));
    const failed = Number(totals.numFailedTests);
    return {
      passed: Number(totals.numPassedTests),
      // A file that cannot be loaded has no tests that could fail.
      failed: failed === 0 && code !== 0 ? 1 : failed,
      skipped: Number(totals.numPendingTests) + Number(totals.numTodoTests),
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processes and folders of ours that are there now. */
function leftovers(): string[] {
  const processes = processesOf(RUNS).map(({ pid, folder }) => `process ${pid} of ${folder}`);
  const folders = readdirSync(tmpdir()).filter((name) => TEMPORARY.test(name));
  return [...processes, ...folders.map((name) => `folder ${join(tmpdir(), name)}`)];
}

/** What is there now and was not before; it gets a moment to go. */
async function whatStays(before: string[]): Promise<string[]> {
  const fresh = () => leftovers().filter((item) => !before.includes(item));
  const late = new Error("late");
  return until(fresh, (found) => found.length === 0, {
    within: 5_000,
    otherwise: () => late,
  }).catch(() => fresh());
}
