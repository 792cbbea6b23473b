import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { expect, test } from "vitest";
import { root } from "../../../catalog.ts";
import { startBrowser } from "../../../stage/browser.ts";
import { openRun } from "../../../stage/run.ts";
import { drawPictures } from "./stand/pictures.ts";
import { serveStand } from "./stand/serve.ts";

test("the README's pictures show what the lens shows today", async () => {
  await using run = await openRun();
  await using stand = await serveStand(run.folder);
  const { endpoint } = await startBrowser(run);
  const browser = await chromium.connect(endpoint);

  const drawn = await drawPictures(browser, stand.url);
  await browser.close();

  // npx tsx workshop/web/client/lens/stand/draw.ts draws them anew.
  expect(drawn).toHaveLength(4);
  for (const { name, svg } of drawn) {
    expect(shownBy(readFileSync(join(root, "docs/pictures", name), "utf8"))).toEqual(shownBy(svg));
  }
});

/** What is in a picture, element by element, with its words: how browsers write colours may change. */
function shownBy(svg: string): string[] {
  return svg.match(/<[a-zA-Z]+|data-n="\d+"|>[^<>\s][^<>]*/g) ?? [];
}
