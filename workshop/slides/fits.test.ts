import axe from "axe-core";
import type { Page } from "playwright";
import { describe, expect } from "vitest";
import { flawsOf, type Flaw } from "./testing/flaws.ts";
import { count, open, test } from "./testing/open-deck.ts";

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
