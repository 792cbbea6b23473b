import type { Page } from "playwright";
import type { BlankPages } from "./blank-pages.ts";
import { Pages } from "./pages.ts";

/** Two pages of one app that stay open from check to check. */
export class TwoPages implements AsyncDisposable {
  #pages: Pages | undefined;
  #opening: Promise<readonly [Page, Page]> | undefined;

  /**
   * The two; they are opened when nobody has them open.
   *
   * @throws MachineProblem when there is no browser.
   */
  open(url: string, blank: BlankPages): Promise<readonly [Page, Page]> {
    this.#pages ??= new Pages(url, blank);
    this.#opening ??= Promise.all([this.#pages.open(), this.#pages.open()]);
    return this.#opening;
  }

  /** Closes them; who asks for them next gets two others. */
  async close(): Promise<void> {
    const pages = this.#pages;
    this.#pages = undefined;
    this.#opening = undefined;
    await pages?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
