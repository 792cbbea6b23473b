import type { Browser, Page } from "playwright";
import { test as base } from "vitest";
import { startBrowser } from "../../stage/browser.ts";
import { openRun } from "../../stage/run.ts";
import { cutOf, readChapters, type Cut } from "../chapters.ts";
import type { Live } from "../live.ts";
import type { Look } from "../page.ts";
import { serveDeck } from "../serve.ts";

/** How the deck looks where a test does not say otherwise. */
export const LOOK: Look = { cut: "class", theme: "light", ratio: "16:9" };

/** A test with one browser for all tests of its file. */
export const test = base.extend<{ $file: { browser: Browser } }>({
  browser: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using run = await openRun();
      await using server = await startBrowser(run);
      const { chromium } = await import("playwright");
      const browser = await chromium.connect(server.endpoint);
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
});

/** A page, and what it should not have done. */
export interface Opened extends AsyncDisposable {
  page: Page;
  /** Errors in the console, and requests to elsewhere. */
  wrongs: string[];
  origin: string;
}

/** Opens the deck, or what is printed of it, in a browser context of its own. */
export async function open(
  browser: Browser,
  look: Partial<Look> = {},
  { width = 1280, height = 720, path = "/", live, moves = false }: Partial<Opening> = {},
): Promise<Opened> {
  const deck = await serveDeck({ ...LOOK, ...look }, async () => live?.());
  const { origin, search } = new URL(deck.url);
  // Recordings stand still for who wants no motion.
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: moves ? "no-preference" : "reduce",
  });
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on("console", (said) => {
    if (said.type() === "error" || said.type() === "warning") wrongs.push(said.text());
  });
  page.on("pageerror", (error) => wrongs.push(error.message));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== "data:" && hostname !== "127.0.0.1") wrongs.push(`asks ${request.url()}`);
  });
  await page.goto(`${origin}${path}${search}`);
  if (path === "/") await page.waitForFunction(() => Reflect.get(globalThis, "deck")?.isReady());
  return {
    page,
    wrongs,
    origin,
    async [Symbol.asyncDispose]() {
      await context.close();
      await deck[Symbol.asyncDispose]();
    },
  };
}

interface Opening {
  width: number;
  height: number;
  path: string;
  live: () => Live | undefined;
  /** Whether recordings are replayed. */
  moves: boolean;
}

/** Goes to the slide with this heading. */
export async function showSlide(page: Page, heading: string): Promise<void> {
  await page.evaluate((heading) => {
    const deck = Reflect.get(globalThis, "deck");
    const slides: Element[] = deck.getSlides();
    deck.slide(slides.findIndex((slide) => slide.querySelector("h2")?.textContent === heading));
  }, heading);
}

/** How many slides a cut has. */
export function count(cut: Cut): number {
  return cutOf(readChapters(), cut).flatMap(({ slides }) => slides).length;
}
