import { startBrowser } from "./browser.ts";
import { MachineProblem } from "../problems.ts";
import { daemonPid, spawnDaemon, startDaemon } from "./daemon.ts";
import { isAlive } from "./processes.mjs";
import { openRun } from "./run.ts";

/**
 * Where checks are played: a run with its own pm2 daemon and browser, warm for as long as it is
 * open. Plain data, so that it can be handed to the processes that run the checks.
 */
export interface Stage {
  folder: string;
  home: string;
  /** Playwright's endpoint; absent when the browser could not be started, with the reason. */
  browser?: string | undefined;
  noBrowser?: { message: string; remedy: string } | undefined;
}

export interface OpenStage extends Stage, AsyncDisposable {
  /** Starts the daemon again where it has ended. False when the browser has: that takes a new stage. */
  repair: () => Promise<boolean>;
}

/**
 * Opens a stage. A missing browser is no failure here: only the checks that need it will say so.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openStage(): Promise<OpenStage> {
  const run = await openRun();
  const close = () => run[Symbol.asyncDispose]();
  const [daemon, browser] = await Promise.allSettled([startDaemon(run), startBrowser(run)]);
  if (daemon.status === "rejected") {
    await close();
    throw daemon.reason;
  }
  const home = daemon.value;
  return {
    folder: run.folder,
    home,
    ...(browser.status === "fulfilled"
      ? { browser: browser.value.endpoint }
      : { noBrowser: problemOf(browser.reason) }),
    async repair() {
      if (!isAlive(daemonPid(home))) await spawnDaemon(home, run.env);
      return browser.status === "rejected" || browser.value.isThere();
    },
    [Symbol.asyncDispose]: close,
  };
}

function problemOf(reason: unknown): { message: string; remedy: string } {
  if (reason instanceof MachineProblem) return { message: reason.message, remedy: reason.remedy };
  return { message: `Chromium did not start: ${String(reason)}`, remedy: "npm run doctor" };
}
