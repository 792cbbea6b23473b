import { startBrowser } from "./browser.ts";
import { startDaemon } from "./daemon.ts";
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

export interface OpenStage extends Stage, AsyncDisposable {}

/**
 * Opens a stage. A missing browser is no failure here: only the checks that need it will say so.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openStage(): Promise<OpenStage> {
  const run = await openRun();
  const close = () => run[Symbol.asyncDispose]();
  try {
    const [home, browser] = await Promise.all([
      startDaemon(run),
      startBrowser(run).then(
        ({ endpoint }) => ({ browser: endpoint }),
        (error: { message: string; remedy?: string }) => ({
          noBrowser: { message: error.message, remedy: error.remedy ?? "npm run doctor" },
        }),
      ),
    ]);
    return { folder: run.folder, home, ...browser, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
