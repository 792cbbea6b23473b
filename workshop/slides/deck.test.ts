import { readFileSync } from "node:fs";
import axe from "axe-core";
import type { Browser, Page } from "playwright";
import { describe, expect, test as base } from "vitest";
import { startBrowser } from "../stage/browser.ts";
import { openRun } from "../stage/run.ts";
import { makeFolder } from "../testing/folder.ts";
import { cutOf, readChapters, type Cut } from "./chapters.ts";
import type { Live } from "./live.ts";
import type { Look } from "./page.ts";
import { printDeck } from "./print.ts";
import { serveDeck } from "./serve.ts";
import { flawsOf, type Flaw } from "./testing/flaws.ts";

const LOOK: Look = { cut: "class", theme: "light", ratio: "16:9" };

const test = base.extend<{ $file: { browser: Browser } }>({
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
interface Opened extends AsyncDisposable {
  page: Page;
  /** Errors in the console, and requests to elsewhere. */
  wrongs: string[];
  origin: string;
}

async function open(
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

/** Goes through all slides and fragments, and gives what does not fit on them. */
async function walk(page: Page): Promise<{ flaws: string[]; slides: number; states: number }> {
  await page.addScriptTag({ content: `globalThis.flawsOf = ${flawsOf.toString()}` });
  return page.evaluate(() => {
    const deck = Reflect.get(globalThis, "deck");
    const look: (slide: Element) => Flaw[] = Reflect.get(globalThis, "flawsOf");
    const flaws = new Set<string>();
    const seen = new Set();
    let states = 0;
    for (;;) {
      const slide: Element = deck.getCurrentSlide();
      seen.add(slide);
      states += 1;
      for (const { at, what } of look(slide)) flaws.add(`${at} ${what}`);
      if (deck.isLastSlide() && !deck.availableFragments().next) break;
      deck.next();
    }
    return { flaws: [...flaws], slides: seen.size, states };
  });
}

function count(cut: Cut): number {
  return cutOf(readChapters(), cut).flatMap(({ slides }) => slides).length;
}

describe("every slide and fragment", () => {
  test.for([
    { width: 1280, height: 720, ratio: "16:9" },
    { width: 1920, height: 1080, ratio: "16:9" },
    { width: 1280, height: 960, ratio: "4:3" },
  ] as const)(
    "fits at $width × $height, without an error or a request to elsewhere",
    async ({ width, height, ratio }, { browser }) => {
      await using opened = await open(browser, { ratio }, { width, height });

      const { flaws, slides, states } = await walk(opened.page);

      expect(flaws).toEqual([]);
      expect(opened.wrongs).toEqual([]);
      expect(slides).toBe(count("class"));
      expect(states).toBeGreaterThan(slides);
    },
  );

  test.for(["light", "dark"] as const)(
    "can be read in the %s theme, and each picture is described",
    async (theme, { browser }) => {
      await using opened = await open(browser, { theme }, { path: "/print" });
      await opened.page.addScriptTag({ content: axe.source });

      const violations = await opened.page.evaluate(async () => {
        const found = await Reflect.get(globalThis, "axe").run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
          resultTypes: ["violations"],
        });
        return found.violations.map((one: axe.Result) => [
          one.id,
          one.nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`),
        ]);
      });

      expect(violations).toEqual([]);
    },
  );
});

test("what leaves a slide, or lies over something else, is seen", async ({ browser }) => {
  await using opened = await open(browser);
  await opened.page.setContent(`<section><div class="slide" data-at="a slide"
    style="position: relative; width: 400px; height: 200px">
    <p style="position: absolute; top: 0; left: 300px; width: 200px">out</p>
    <p style="position: absolute; top: 100px">one</p><p style="position: absolute; top: 104px">two</p>
  </div></section>`);
  await opened.page.addScriptTag({ content: `globalThis.flawsOf = ${flawsOf.toString()}` });

  const flaws = await opened.page.evaluate(() => {
    const look: (slide: Element | null) => Flaw[] = Reflect.get(globalThis, "flawsOf");
    return look(document.querySelector("section")).map(({ what }) => what);
  });

  expect(flaws).toEqual(["<P> “out” leaves the slide", "<P> “one” lies over <P> “two”"]);
});

describe("a speaker", () => {
  test("goes on and back with the keys of a remote control", async ({ browser }) => {
    await using opened = await open(browser);
    const heading = () => opened.page.locator("section.present :is(h1, h2)").textContent();

    await opened.page.keyboard.press("PageDown");
    expect(await heading()).toBe("A chat works. Then it is made four.");

    await opened.page.keyboard.press("PageUp");
    expect(await heading()).toBe("Broken Handshakes");
  });

  test("turns light into dark with t", async ({ browser }) => {
    await using opened = await open(browser);

    await opened.page.keyboard.press("t");

    expect(await opened.page.locator("html").getAttribute("data-theme")).toBe("dark");
  });

  test("has the notes and the next slide in a window of their own with s", async ({ browser }) => {
    await using opened = await open(browser);
    const popup = opened.page.waitForEvent("popup");

    await opened.page.keyboard.press("s");

    const notes = (await popup).locator(".speaker-controls-notes .value");
    await notes.filter({ hasText: "0:00 · 2 min" }).waitFor();
    expect(opened.wrongs).toEqual([]);
  });

  test("shows fewer slides in a talk", async ({ browser }) => {
    await using opened = await open(browser, { cut: "talk" });

    const total = await opened.page.evaluate(() =>
      Reflect.get(globalThis, "deck").getTotalSlides(),
    );

    expect(total).toBe(count("talk"));
  });

  test("starts the clock of an exercise, and stops it", async ({ browser }) => {
    await using opened = await open(browser);
    await showSlide(opened.page, "Exercise 1");
    const button = opened.page.locator("section.present .timer button");

    await button.click();
    expect(await button.textContent()).toBe("Pause");

    await button.click();
    expect(await button.textContent()).toBe("Go on");
  });
});

describe("the slide of a step that can be run", () => {
  const SLIDE = "What the workers saw";

  test("shows the recording while nothing runs, and says so", async ({ browser }) => {
    await using opened = await open(browser);
    await showSlide(opened.page, SLIDE);
    const trace = opened.page.locator("section.present .trace");

    expect(await trace.locator(".source").textContent()).toBe("Recorded");
    expect(await trace.locator(".lines li").first().isVisible()).toBe(true);
    expect(await trace.locator("iframe").isVisible()).toBe(false);
  });

  test("replays the recording line by line", async ({ browser }) => {
    await using opened = await open(browser, {}, { moves: true });
    await showSlide(opened.page, "Killed, and back");
    const lines = opened.page.locator("section.present .lines li");

    expect(await lines.last().isVisible()).toBe(false);
    await lines.first().waitFor();
    await lines.last().waitFor();
  });

  test("shows the app while a session of this step runs, and the recording again when it has ended", async ({
    browser,
  }) => {
    let live: Live | undefined;
    await using opened = await open(browser, {}, { live: () => live });
    // Any page of this machine stands for the app here.
    live = { step: 3, url: `${opened.origin}/slides/drawings/cluster.svg` };
    await showSlide(opened.page, SLIDE);
    const trace = opened.page.locator("section.present .trace");

    await trace.locator(".source", { hasText: "Live" }).waitFor();
    expect(await trace.locator("iframe").getAttribute("src")).toBe(live.url);
    expect(await trace.locator("button").textContent()).toBe("Reload");
    expect(await trace.locator(".lines").isVisible()).toBe(false);

    live = undefined;
    await trace.locator(".source", { hasText: "Recorded" }).waitFor();
    expect(await trace.locator(".lines").isVisible()).toBe(true);
  });

  test("goes on with the recording while a session of another step runs", async ({ browser }) => {
    const live: Live = { step: 4, url: "http://127.0.0.1:9" };
    await using opened = await open(browser, {}, { live: () => live });
    const asked = opened.page.waitForResponse("**/live");

    await showSlide(opened.page, SLIDE);
    await asked;

    const source = opened.page.locator("section.present .trace .source");
    expect(await source.textContent()).toBe("Recorded");
  });
});

async function showSlide(page: Page, heading: string): Promise<void> {
  await page.evaluate((heading) => {
    const deck = Reflect.get(globalThis, "deck");
    const slides: Element[] = deck.getSlides();
    deck.slide(slides.findIndex((slide) => slide.querySelector("h2")?.textContent === heading));
  }, heading);
}

describe("on paper", () => {
  test.for([
    { name: "the deck", notes: false },
    { name: "the handout", notes: true },
  ])("$name has a page for each slide", async ({ notes }, { onTestFinished }) => {
    const folder = makeFolder();
    onTestFinished(() => folder[Symbol.dispose]());

    const file = await printDeck(LOOK, `${folder.path}/deck.pdf`, { notes });

    const pages = readFileSync(file, "latin1").match(/\/Type\s*\/Page\b(?!s)/g);
    expect(pages).toHaveLength(count("class"));
  });
});
