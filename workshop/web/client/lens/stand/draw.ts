/**
 * Draws the README's pictures of the lens anew, into `docs/pictures/`:
 *
 *     npx tsx workshop/web/client/lens/stand/draw.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { root } from "../../../../catalog.ts";
import { startBrowser } from "../../../../stage/browser.ts";
import { openRun } from "../../../../stage/run.ts";
import { drawPictures } from "./pictures.ts";
import { serveStand } from "./serve.ts";

const FOLDER = join(root, "docs", "pictures");

await draw();
process.exit();

async function draw(): Promise<void> {
  await using run = await openRun();
  await using stand = await serveStand(run.folder);
  const { endpoint } = await startBrowser(run);
  const browser = await chromium.connect(endpoint);
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, svg } of await drawPictures(browser, stand.url)) {
    writeFileSync(join(FOLDER, name), svg);
    console.log(`docs/pictures/${name}  ${Math.round(svg.length / 1024)} KB`);
  }
  await browser.close();
}
