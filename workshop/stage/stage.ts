import { startBrowser, type Browser } from "./browser.ts";
import { MachineProblem } from "../problems.ts";
import { daemonPid, spawnDaemon, startDaemon } from "./daemon.ts";
import { isAlive } from "./processes.mjs";
import { openRun, type Run } from "./run.ts";

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
  /**
   * Starts again what has ended, the daemon or the browser, and a browser that has been installed
   * meanwhile. Gives whether something has started.
   *
   * @throws MachineProblem when the daemon cannot be started.
   */
  repair: () => Promise<boolean>;
}

/**
 * Opens a stage in a run. A missing browser is no failure here: only the checks that need it will
 * say so. Disposing it ends the run.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openStage(run?: Run): Promise<OpenStage> {
  const own = run ?? (await openRun());
  const close = () => own[Symbol.asyncDispose]();
  let found: Browser | undefined;
  const startBrowserOr = () =>
    startBrowser(own).then(
      (browser) => {
        found = browser;
        return { browser: browser.endpoint, noBrowser: undefined };
      },
      (reason: unknown) => ({ browser: undefined, noBrowser: problemOf(reason) }),
    );
  const [daemon, browser] = await Promise.allSettled([startDaemon(own), startBrowserOr()]);
  if (daemon.status === "rejected") {
    await close();
    throw daemon.reason;
  }
  const home = daemon.value;
  const stage: OpenStage = {
    folder: own.folder,
    home,
    ...(browser.status === "fulfilled" ? browser.value : {}),
    async repair() {
      const noDaemon = !isAlive(daemonPid(home));
      const noBrowser = !found?.isThere();
      const endpoint = stage.browser;
      if (noDaemon) await spawnDaemon(home, own.env);
      if (noBrowser) Object.assign(stage, await startBrowserOr());
      return noDaemon || stage.browser !== endpoint;
    },
    [Symbol.asyncDispose]: close,
  };
  return stage;
}

function problemOf(reason: unknown): { message: string; remedy: string } {
  if (reason instanceof MachineProblem) return { message: reason.message, remedy: reason.remedy };
  return { message: `Chromium did not start: ${String(reason)}`, remedy: "npm run doctor" };
}
