import { existsSync } from "node:fs";
import { MachineProblem } from "../problems.ts";
import { findProgram } from "./find-program.ts";
import { isAlive } from "./processes.mjs";
import type { Run } from "./run.ts";
import { withTemporaryFolder } from "./temporary.ts";

/** A Chromium that runs. Other processes connect to its endpoint with Playwright. */
export interface Browser extends AsyncDisposable {
  endpoint: string;
  /** Whether it still runs. */
  isThere: () => boolean;
}

/** Where programs are installed that Playwright does not know of. */
const INSTALLED: Record<string, string[]> = {
  linux: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: [
    String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
  ],
};

/**
 * The Chromium to use: `CHROMIUM_PATH`, else the one that Playwright has downloaded, else an
 * installed Chrome or Chromium.
 *
 * @throws MachineProblem when there is none, or when `CHROMIUM_PATH` names no file.
 */
export async function findChromium(): Promise<string> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new MachineProblem(
      `CHROMIUM_PATH names ${named}, and there is no such file.`,
      "Correct or unset CHROMIUM_PATH.",
    );
  }
  const { chromium } = await import("playwright");
  const path = findProgram([chromium.executablePath(), ...(INSTALLED[process.platform] ?? [])]);
  if (path) return path;
  throw new MachineProblem(
    "No Chromium or Chrome was found; the browser checks need one.",
    "npm run doctor -- --fix",
  );
}

/**
 * Starts a headless Chromium in the run, with its profile in the run's folder.
 *
 * @throws MachineProblem when there is none or it does not start.
 */
export async function startBrowser(run: Run): Promise<Browser> {
  const executablePath = await findChromium();
  const { chromium } = await import("playwright");
  try {
    // Playwright puts the profile there, and removes it when it closes the browser.
    const server = await withTemporaryFolder(run.folder, () =>
      chromium.launchServer({
        executablePath,
        args: flags(),
        env: definedOnly({ ...run.env, TMPDIR: run.folder }),
        // Ends with the run, whatever signal comes.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        timeout: 30_000,
      }),
    );
    run.own("chromium", server.process().pid);
    return {
      endpoint: server.wsEndpoint(),
      isThere: () => isAlive(server.process().pid ?? 0),
      [Symbol.asyncDispose]: () => server.close(),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new MachineProblem(
      `Chromium (${executablePath}) did not start: ${reason}`,
      "npm run doctor shows what is missing.",
    );
  }
}

function flags(): string[] {
  // Chromium's sandbox does not work for root, which is what containers usually run as.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return [...asRoot, "--disable-background-networking", "--disable-dev-shm-usage"];
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
