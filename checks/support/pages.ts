import type { Browser, BrowserContext, Page } from "playwright";
import type { BlankPages } from "./blank-pages.ts";
import { MachineProblem } from "../../workshop/problems.ts";
import type { Stage } from "../../workshop/stage/stage.ts";

/**
 * Connects to the stage's browser.
 *
 * @throws MachineProblem when there is none.
 */
export async function connectBrowser({ browser, noBrowser }: Stage): Promise<Browser> {
  if (!browser) {
    const { message, remedy } = noBrowser ?? { message: "No browser.", remedy: "npm run doctor" };
    throw new MachineProblem(message, remedy);
  }
  const { chromium } = await import("playwright");
  return chromium.connect(browser);
}

/** Opens pages of one app in a real browser, each a person of its own, and closes them all. */
export class Pages implements AsyncDisposable {
  readonly #url: string;
  readonly #blank: BlankPages;
  readonly #contexts: BrowserContext[] = [];

  constructor(url: string, blank: BlankPages) {
    this.#url = url;
    this.#blank = blank;
  }

  /**
   * Opens the chat page in a fresh context: no cache, no cookies, no connection of another page.
   *
   * @throws MachineProblem when there is no browser.
   */
  async open(path = "/"): Promise<Page> {
    const { context, page } = await this.#blank.take();
    this.#contexts.push(context);
    page.setDefaultTimeout(10_000);
    // Whoever reads it waits for what it shows; the browser's own "loaded" comes later than that.
    await page.goto(new URL(path, this.#url).href, { waitUntil: "commit" });
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#contexts.map((context) => context.close()));
  }
}
