import type { BrowserContext, Page } from "playwright";
import { MachineProblem } from "../../workshop/problems.ts";
import type { Stage } from "../../workshop/stage/stage.ts";

/** Opens pages of one app in a real browser, each a person of its own, and closes them all. */
export class Pages implements AsyncDisposable {
  readonly #url: string;
  readonly #stage: Stage;
  readonly #contexts: BrowserContext[] = [];
  #close: (() => Promise<void>) | undefined;
  #connected: Promise<(url: string) => Promise<Page>> | undefined;

  constructor(url: string, stage: Stage) {
    this.#url = url;
    this.#stage = stage;
  }

  /**
   * Opens the chat page in a fresh context: no cache, no cookies, no connection of another page.
   *
   * @throws MachineProblem when there is no browser.
   */
  async open(path = "/"): Promise<Page> {
    this.#connected ??= this.#connect();
    const open = await this.#connected;
    return open(new URL(path, this.#url).href);
  }

  async #connect(): Promise<(url: string) => Promise<Page>> {
    const { browser: endpoint, noBrowser } = this.#stage;
    if (!endpoint) {
      throw new MachineProblem(
        noBrowser?.message ?? "No browser.",
        noBrowser?.remedy ?? "npm run doctor",
      );
    }
    const { chromium } = await import("playwright");
    const browser = await chromium.connect(endpoint);
    this.#close = () => browser.close();
    return async (url) => {
      const context = await browser.newContext();
      this.#contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      await page.goto(url);
      return page;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#contexts.map((context) => context.close()));
    await this.#close?.();
  }
}
