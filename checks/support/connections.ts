import type { Browser } from "playwright";
import { connectPm2, type Pm2 } from "../../workshop/stage/pm2.ts";
import type { Stage } from "../../workshop/stage/stage.ts";
import { BlankPages } from "./blank-pages.ts";
import { connectBrowser } from "./pages.ts";

/** What a file of checks is connected to, each when it is first asked for. */
export interface Connections extends AsyncDisposable {
  pm2: () => Promise<Pm2>;
  browser: () => Promise<Browser>;
  pages: BlankPages;
}

/** Connections to a stage of one's own, which end with it. */
export function connectTo(stage: Stage): Connections {
  let pm2: Promise<Pm2> | undefined;
  let connected: Promise<Browser> | undefined;
  const browser = () => (connected ??= connectBrowser(stage));
  const pages = new BlankPages(browser);
  return {
    pm2: () => (pm2 ??= connectPm2(stage.home)),
    browser,
    pages,
    async [Symbol.asyncDispose]() {
      await pages[Symbol.asyncDispose]();
      await (await connected?.catch(() => undefined))?.close();
      await (await pm2?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

let kept: { to: Stage; connections: Connections } | undefined;

/** How many pages wait for the next run; most checks open two at once. */
const READY_PAGES = 2;

/**
 * Connections to a stage that stays from run to run, as the process of the checks does: the next file
 * finds them open. Whoever replaces something of the stage starts that process anew, too.
 */
export function keepConnected(to: Stage): Connections {
  if (kept?.to.home !== to.home || kept.to.browser !== to.browser) {
    kept = { to, connections: connectTo(to) };
  }
  const { connections } = kept;
  return {
    ...connections,
    async [Symbol.asyncDispose]() {
      // While the learner thinks.
      if (to.browser) connections.pages.prepare(READY_PAGES);
    },
  };
}
