import { describe, expect } from "vitest";
import type { Live } from "./live.ts";
import { count, open, showSlide, test } from "./testing/open-deck.ts";

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

  test("shows the lens instead where the session is a workbench, in the deck's own theme", async ({
    browser,
  }) => {
    let live: Live | undefined;
    await using opened = await open(browser, { theme: "dark" }, { live: () => live });
    const { origin } = opened;
    live = { step: 3, url: `${origin}/`, workbench: `${origin}/?token=secret` };
    await showSlide(opened.page, SLIDE);
    const trace = opened.page.locator("section.present .trace");

    await trace.locator(".source", { hasText: "Live" }).waitFor();
    expect(await trace.locator("iframe").getAttribute("src")).toBe(
      `${origin}/live?token=secret&theme=dark&controls=no`,
    );
    expect(await trace.locator(".about a").getAttribute("href")).toBe(live.workbench);
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
