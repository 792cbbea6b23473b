import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./catalog.ts";
import { EXIT_CODES } from "./check/verdict.ts";
import { prepareForTests } from "./doctor.ts";
import { untilInterrupted } from "./interrupt.ts";
import { processesOf } from "./stage/processes.mjs";
import { openRun, type Run } from "./stage/run.ts";
import { eventually } from "./stage/until.ts";

/** How long what has just been ended may take to go, in ms. */
const GONE_WITHIN = 5_000;
/** What tools keep in the folder for temporary files on purpose, to be quicker the next time. */
const CACHES = /^(tsx-|node-compile-cache|vitest)/;
/** What a run's folder has of its own. */
const OWN = ["owner.json", "pids"];

/**
 * Runs all tests: the unit tests, the checks of every step on its solution, the short matrix of answers,
 * and at last a look for what the run has left behind. Prints the totals as `N passed, N failed`.
 *
 * @throws MachineProblem when the tests need something that the machine lacks and that may not, or
 * cannot, be installed.
 */
export async function runTests(): Promise<number> {
  await prepareForTests();
  return untilInterrupted(testAll);
}

async function testAll(ended: AbortSignal): Promise<number> {
  // Whatever the tests put among the temporary files is in this run's folder: what stays there is of
  // this run, whoever else works on the machine meanwhile, and ends with it. A port stays only with the
  // process that listens on it.
  await using run = await openRun();
  // What runs in it ends with it, and is no news then.
  ended.addEventListener("abort", () => void run[Symbol.asyncDispose]());
  const { passed, failed, skipped, names } = await runVitest(run);
  const leaks = ended.aborted ? [] : await whatStays(run.folder);
  if (ended.aborted) return EXIT_CODES.inconclusive;
  const leak = leaks.length > 0 ? 1 : 0;
  console.log(`\n${leak ? "✗" : "✓"} nothing is left behind`);
  for (const item of leaks) console.log(`    ${item}`);
  if (names.length > 0) console.log("\nskipped");
  for (const name of names) console.log(`    ${name}`);
  const not = skipped ? `, ${skipped} skipped` : "";
  console.log(`\n${passed + 1 - leak} passed, ${failed + leak} failed${not}`);
  return failed + leak === 0 ? 0 : 1;
}

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  /** The groups of tests that were skipped, which say why. */
  names: string[];
}

async function runVitest({ folder }: Run): Promise<Totals> {
  const file = join(root, ".workshop", `totals-${process.pid}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const vitest = spawn(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", ...reporters],
    { cwd: root, stdio: "inherit", env: { ...process.env, WORKSHOP_RUN: folder, TMPDIR: folder } },
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
      names: skippedIn(totals),
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, names: [] };
  } finally {
    rmSync(file, { force: true });
  }
}

/** The groups of tests that were skipped in vitest's report, each once. */
function skippedIn({ testResults }: VitestReport): string[] {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const skipped = tests.filter(({ status }) => status === "pending" || status === "skipped");
  return [
    ...new Set(skipped.map(({ ancestorTitles, title }) => ancestorTitles.join(" > ") || title)),
  ];
}

interface VitestReport {
  testResults: {
    assertionResults: { ancestorTitles: string[]; title: string; status: string }[];
  }[];
}

/** Processes and folders of the run that are still there after a moment. */
async function whatStays(folder: string): Promise<string[]> {
  const leftovers = () => [
    ...processesOf(folder).map((left) => `process ${left.pid} of ${left.folder}`),
    ...readdirSync(folder).filter((name) => !CACHES.test(name) && !OWN.includes(name)),
  ];
  await eventually(leftovers, (found) => found.length === 0, GONE_WITHIN);
  return leftovers();
}
