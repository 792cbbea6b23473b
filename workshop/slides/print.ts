import { startBrowser } from "../stage/browser.ts";
import { openRun } from "../stage/run.ts";
import { typedPath } from "../typed-path.ts";
import type { Look } from "./page.ts";
import { serveDeck } from "./serve.ts";

/**
 * Prints the deck into a PDF through Chromium: a page for each slide, or a handout with the notes.
 * Gives the file's whole path.
 *
 * @throws MachineProblem when there is no Chromium.
 */
export async function printDeck(
  look: Look,
  file: string,
  options: { notes: boolean },
): Promise<string> {
  await using run = await openRun();
  await using deck = await serveDeck(look);
  await using server = await startBrowser(run);
  const { chromium } = await import("playwright");
  const browser = await chromium.connect(server.endpoint);
  const page = await browser.newPage();
  await page.goto(deck.printUrl(options));
  const path = typedPath(file);
  await page.pdf({ path, preferCSSPageSize: true, printBackground: true });
  await browser.close();
  return path;
}
