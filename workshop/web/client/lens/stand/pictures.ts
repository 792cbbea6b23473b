import type { Browser } from "playwright";

/** The README's pictures: what was recorded of two steps, as the lens shows it. */
const STEPS = { break: "step=3&upto=46", repair: "step=7&upto=112" } as const;
const THEMES = ["light", "dark"] as const;
/** In px: as wide as a README is read, at most. */
const [WIDTH, HEIGHT] = [1012, 560];
/** So many px for an event: room for its words. */
const ZOOM = 44;

export interface Picture {
  /** `break.light.svg` */
  name: string;
  svg: string;
}

/** Draws the README's pictures, by the lens on its stand. */
export async function drawPictures(browser: Browser, stand: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const [what, recording] of Object.entries(STEPS)) {
    for (const theme of THEMES) {
      const context = await browser.newContext({
        viewport: { width: WIDTH, height: HEIGHT },
        colorScheme: theme,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      await page.goto(`${stand}?${recording}&alone&controls=no&zoom=${ZOOM}&theme=${theme}`);
      await page.locator(".lens-mark").first().waitFor();
      const svg = await page.evaluate(() => window.stand.drawing());
      pictures.push({ name: `${what}.${theme}.svg`, svg: `${svg}\n` });
      await context.close();
    }
  }
  return pictures;
}
