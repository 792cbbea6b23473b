import type { Browser, BrowserContext, Page } from "playwright";

/** A page that has loaded nothing yet. */
export interface BlankPage {
  page: Page;
  /** Its own: no cache, no cookies, no connection of another page. */
  context: BrowserContext;
}

/** Blank pages of a browser. To make one takes it as long as to load the chat. */
export class BlankPages implements AsyncDisposable {
  readonly #browser: () => Promise<Browser>;
  readonly #ready: Promise<BlankPage>[] = [];

  constructor(browser: () => Promise<Browser>) {
    this.#browser = browser;
  }

  /** One that is ready, or else a new one. */
  take(): Promise<BlankPage> {
    return this.#ready.shift() ?? this.#make();
  }

  /** Has so many ready for those who will ask. */
  prepare(count: number): void {
    while (this.#ready.length < count) {
      const page = this.#make();
      // Whoever takes it hears of a failure; nobody has to.
      page.catch(() => {});
      this.#ready.push(page);
    }
  }

  async #make(): Promise<BlankPage> {
    const context = await (await this.#browser()).newContext();
    return { context, page: await context.newPage() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const made = await Promise.allSettled(this.#ready.splice(0));
    for (const one of made) if (one.status === "fulfilled") await one.value.context.close();
  }
}
