import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { chromium, type Browser, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../../../stage/browser.ts";
import { openRun, type Run } from "../../../stage/run.ts";
import { recorded } from "../../lens/recorded.ts";
import { serveStand } from "./stand/serve.ts";
import { ZOOMS } from "./model.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let run: Run;
let stand: Awaited<ReturnType<typeof serveStand>>;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  run = await openRun();
  const [served, { endpoint }] = await Promise.all([serveStand(run.folder), startBrowser(run)]);
  stand = served;
  browser = await chromium.connect(endpoint);
});

afterAll(async () => {
  await browser.close();
  await stand[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
});

afterEach(async () => {
  await page.context().close();
});

/** Opens the lens on its stand, and waits until it is drawn. */
async function open(
  query: string,
  { width = 1280, height = 800, dark = false } = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${stand.url}?${query}`);
  await plot().waitFor();
  return page;
}

const plot = () => page.getByRole("application", { name: /^The lens/ });
const lane = (id: string) => page.locator(`.lens-mark[data-lane="${id}"]`);
const now = () => page.locator(".lens-now");
const button = (name: string | RegExp, exact = true) =>
  page.getByRole("button", typeof name === "string" ? { name, exact } : { name });

const choice = (name: string) => page.getByRole("combobox", { name });

/** The events that the table tells, page by page. */
async function tableNumbers(): Promise<number[]> {
  const first = button("First");
  if (await first.isEnabled()) await first.click();
  const numbers: number[] = [];
  for (;;) {
    const rows = await page
      .locator("tbody tr")
      .evaluateAll((all) => all.map((row) => Number(row.getAttribute("data-n"))));
    numbers.push(...rows);
    if (await button("Later").isDisabled()) return numbers;
    await button("Later").click();
    await page.locator(`tbody tr[data-n="${numbers.at(-1)}"]`).waitFor({ state: "detached" });
  }
}

/** What axe finds that is serious or worse. */
async function violations(): Promise<string[]> {
  await page.addScriptTag({ content: readFileSync(AXE, "utf8") });
  const { violations: found } = await page.evaluate<AxeResults>("axe.run()");
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** The requests to Socket.IO that were recorded of a step. */
const requestsOf = (step: 3 | 6 | 7 | 9) =>
  recorded(step).events.filter(
    ({ event }) => event.kind === "request" && event.transport !== undefined,
  );

describe("in the picture", () => {
  test("each request is a mark in the lane of the worker that answered it", async () => {
    const requests = requestsOf(3).slice(-12);
    await open("step=3", { width: 1920 });

    for (const { n, event } of requests) {
      const instance = event.kind === "request" ? event.worker.instance : -1;
      await expect
        .poll(() => page.locator(`[data-n="${n}"]`).getAttribute("data-lane"))
        .toBe(`w${instance}`);
    }
  });

  test("a refused request says Session ID unknown, and points to the owner", async () => {
    await open("step=3");

    await lane("w0").locator(".lens-cross").first().waitFor();
    const said = page.locator(".lens-said-refused").first();

    expect(await said.textContent()).toMatch(/^Session ID unknown(belongs to | → )worker \d$/);
    expect(await page.locator(".lens-pointer").count()).toBeGreaterThan(3);
    expect(await page.locator(".lens-owner").count()).toBeGreaterThan(3);
  });

  test("a refusal differs from any other mark by its form, not by its colour alone", async () => {
    await open("step=3");
    await page.locator(".lens-mark-refused").first().waitFor();

    expect(await page.locator(".lens-mark-refused:not(:has(.lens-cross))").count()).toBe(0);
    expect(await page.locator(".lens-mark-ok .lens-cross").count()).toBe(0);
  });

  test("a relayed request shows its way over Redis to the owner", async () => {
    await open("step=7");
    await page.locator("[data-relay]").first().waitFor();

    expect(await page.getByText("over Redis", { exact: true }).count()).toBeGreaterThan(1);
    expect(await page.locator("[data-relay] .lens-passage").count()).toBeGreaterThan(4);
    expect(await lane("redis").count()).toBeGreaterThan(4);
  });

  test("workers are grouped by their hosts, with Redis between them", async () => {
    await open("step=9");

    const names = await page.locator(".lens-name").allTextContents();

    expect(names.map((name) => name.replace(/pid.*/, ""))).toEqual([
      "0worker 0on host a",
      "1worker 1on host a",
      "RRedis",
      "0worker 0on host b",
      "1worker 1on host b",
    ]);
  });

  test("what somebody has recorded as a text with markup stays a text", async () => {
    await open("step=3");
    const hostile = '<img src=x onerror="document.title=1">';

    await page.evaluate((text) => {
      const { model } = window.stand;
      const n = (model.board.last?.n ?? 0) + 1;
      const at = Date.now();
      model.hear({
        run: 1,
        events: [{ n, when: at, event: { kind: "note", at, text, tone: "bad" } }],
      });
    }, hostile);

    await page.getByText(hostile).waitFor();
    expect(await page.locator(".lens img").count()).toBe(0);
  });
});

describe("whoever looks can", () => {
  test("pause: what comes then waits outside, is counted, and comes in when it goes on", async () => {
    await open("step=3");
    await button(/Pause/).click();
    const marks = await page.locator(".lens-mark").count();

    await page.evaluate(() => window.stand.player.send(56));

    await page.getByText(/\d+ more have come since/).waitFor();
    expect(await page.locator(".lens-mark").count()).toBe(marks);
    await button(/Live/).click();
    await page.getByText(/events\/s/).waitFor();
    expect(await page.evaluate(() => window.stand.model.shown.at(-1)?.n)).toBe(112);
  });

  test("step through the events, each told in a sentence", async () => {
    await open("step=3");
    const refused = requestsOf(3).at(-1);

    await button("One event back").click();
    await button("One event on").click();

    const message = refused?.event.kind === "request" ? refused.event.message : "";
    await expect.poll(() => now().textContent()).toContain(message);
    expect(await now().getAttribute("aria-live")).toBe("polite");
  });

  test("see the later events fade while they step back", async () => {
    await open("step=3");

    await button("One event back").click();
    await button("One event back").click();

    await page.locator(".lens-later").first().waitFor();
    expect(await page.locator(".lens-current").count()).toBe(1);
  });

  test("zoom in and out, down to where marks are too small to stand by themselves", async () => {
    await open("step=3");
    const unit = () => page.evaluate(() => window.stand.model.unit(1_200));
    const before = await unit();

    await button("Zoom in").click();
    expect(await unit()).toBeGreaterThan(before);
    // The page draws it a moment later than the model knows it: the model says when it is enough.
    while ((await unit()) > ZOOMS[0]) await button("Zoom out").click();
    await expect.poll(() => button("Zoom out").isEnabled()).toBe(false);

    await page.locator(".lens-marks").waitFor();
    const drawn = await page
      .locator(".lens-marks path")
      .evaluateAll((all) => all.reduce((sum, path) => sum + Number(path.dataset.count), 0));
    const withMark = await page.evaluate(
      () => window.stand.model.shown.filter(({ lane: where }) => where !== undefined).length,
    );
    expect(drawn).toBe(withMark);
  });

  test("see one session only, and one lane only", async () => {
    await open("step=3");
    const { sid } = requestsOf(3)
      .flatMap(({ event }) => (event.kind === "request" ? event : []))
      .at(-1) ?? { sid: "" };

    await choice("Session").selectOption(sid ?? "");
    await expect
      .poll(() =>
        page.evaluate(() => [
          ...new Set(
            window.stand.model.shown
              .filter(({ shape }) => shape !== "note")
              .map((fact) => fact.sid),
          ),
        ]),
      )
      .toEqual([sid]);

    await choice("Session").selectOption("");
    await choice("Lane").selectOption("w1");
    await expect
      .poll(() =>
        page.evaluate(() =>
          window.stand.model.shown.every(
            ({ shape, lane: where, ownerLane }) =>
              shape === "note" || where === "w1" || ownerLane === "w1",
          ),
        ),
      )
      .toBe(true);
  });

  test("click a mark, and read what was said word for word", async () => {
    await open("step=3");
    const mark = page.locator(".lens-mark-refused").last();

    await mark.click();

    const heads = page.getByRole("region", { name: /^Event \d+/ });
    await heads.getByText("HTTP/1.1 400 Bad Request").waitFor();
    expect(await heads.textContent()).toContain("/socket.io/?EIO=4&transport=");
    expect(await heads.textContent()).toContain('{"code":1,"message":"Session ID unknown"}');
    await heads.getByRole("button", { name: "Close" }).click();
    await heads.waitFor({ state: "detached" });
  });

  test("hear when events are dropped, and how many", async () => {
    await open("step=3&keep=100");

    await page.evaluate(() => window.stand.player.send(150));

    await page.getByText("The 106 oldest events were dropped; the latest 100 are kept.").waitFor();
  });

  test("do all of it with the keyboard alone", async () => {
    await open("step=3");
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toContain("Pause");

    await plot().focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator(".lens-current").first().waitFor();
    await page.keyboard.press("Home");
    await expect.poll(() => now().textContent()).toMatch(/^1 of/);
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    const heads = page.getByRole("region", { name: /^Event \d+/ });
    await heads.waitFor();
    await page.keyboard.press("Escape");
    await heads.waitFor({ state: "detached" });
    await plot().focus();
    await page.keyboard.press("+");
    await page.keyboard.press("Space");

    await page.locator(".lens-pill", { hasText: "Live" }).waitFor();
    expect(await page.evaluate(() => window.stand.model.zoom)).toBe(6);
  });
});

describe("the table", () => {
  test.each([3, 7, 9])("of step %i tells the same facts as the picture", async (step) => {
    await open(`step=${step}`);
    const shown = await page.evaluate(() => window.stand.model.shown.map(({ n }) => n));

    await button("Table").click();

    expect(await tableNumbers()).toEqual(shown);
  });

  test("says what a refusal means in words, and leads to its heads", async () => {
    await open("step=3");
    await button("Table").click();
    const row = page.locator("tr.lens-row-refused").last();

    expect(await row.textContent()).toMatch(
      /✕ 400worker \d.*Session ID unknown · worker \d owns it/,
    );
    await row.getByRole("button").click();

    await page.getByText("HTTP/1.1 400 Bad Request").waitFor();
  });
});

describe("an export", () => {
  /** What is saved when that is chosen. */
  async function saved(name: string): Promise<Buffer> {
    await page.locator("summary", { hasText: "Export" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), button(name).click()]);
    const file = join(run.folder, download.suggestedFilename());
    await download.saveAs(file);
    return readFileSync(file);
  }

  test("as a transcript has a line for each event that is shown", async () => {
    await open("step=3");
    const lines = await page.evaluate(() => window.stand.model.shown.map((fact) => fact.line));

    const text = (await saved("Save transcript (.txt)")).toString("utf8");

    for (const line of lines) expect(text).toContain(line);
  });

  test("as an SVG has what is seen, in its colours, without a style sheet", async () => {
    await open("step=3");
    await page.locator(".lens-said-refused").first().waitFor();
    const seen = await page.locator(".lens-scene text").allTextContents();

    const svg = (await saved("Save picture (.svg)")).toString("utf8");

    for (const text of seen) expect(svg).toContain(text);
    expect(svg).not.toContain("var(");
    expect(svg).toMatch(/stroke="rgb\(195, 32, 15\)"/);
  });

  test("as a PNG has two pixels for each on the screen", async () => {
    await open("step=3");
    const { width, height } = (await page.locator(".lens-scene").boundingBox()) ?? {
      width: 0,
      height: 0,
    };

    const png = await saved("Save picture (.png)");

    expect(png.toString("latin1", 1, 4)).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(Math.floor(width) * 2);
    expect(Math.abs(png.readUInt32BE(20) - height * 2)).toBeLessThanOrEqual(2);
  });
});

test("a picture that cannot be saved says why", async () => {
  await open("step=3");
  await page.evaluate(() => {
    HTMLCanvasElement.prototype.toBlob = (done) => done(null);
  });

  await page.locator("summary", { hasText: "Export" }).click();
  await button("Save picture (.png)").click();

  await page.getByText("could not be saved as lens.png: The picture is empty.").waitFor();
});

describe("for everybody", () => {
  test.each([
    ["light", "picture"],
    ["dark", "picture"],
    ["light", "table"],
    ["dark", "table"],
  ])("axe finds nothing serious, %s, %s", async (theme, view) => {
    await open("step=3", { dark: theme === "dark" });
    if (view === "table") await button("Table").click();
    await page.keyboard.press("Tab");
    await button("One event back").click();
    await plot().or(page.locator("tbody")).first().waitFor();

    expect(await violations()).toEqual([]);
  });

  test("axe finds nothing serious in the heads and in the menus", async () => {
    await open("step=7", { dark: true });
    await page.locator("[data-n]").last().click();
    await page.locator("summary", { hasText: "Show" }).click();

    expect(await violations()).toEqual([]);
  });

  test.each([360, 768, 1280, 1920])("nothing is wider than a screen of %i px", async (width) => {
    await open("step=7", { width });

    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

    expect(wide).toBeLessThanOrEqual(0);
  });

  test("without tools on a slide it fills the frame, and the keys still do", async () => {
    await open("step=3&alone&controls=no&theme=dark", { width: 960, height: 540 });

    expect(await page.getByRole("toolbar").count()).toBe(0);
    const tall = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    expect(tall).toBeLessThanOrEqual(0);
    await plot().focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator(".lens-current").first().waitFor();
  });
});

describe("while 200 events a second come", () => {
  test("no event is lost: what is kept and what was dropped are all that came", async () => {
    await open("step=7&keep=500");

    await page.evaluate(() => window.stand.player.play(200, 5));

    await expect
      .poll(() => page.evaluate(() => window.stand.model.board.last?.n), { timeout: 40_000 })
      .toBe(recorded(7).events.length + 1_000);
    const { kept, dropped, numbers } = await page.evaluate(() => {
      const { board } = window.stand.model;
      return {
        kept: board.size,
        dropped: board.dropped,
        numbers: board.facts.map(({ n }) => n),
      };
    });
    expect(kept + dropped).toBe(recorded(7).events.length + 1_000);
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, at) => dropped + 1 + at));
    await page.getByText(/oldest events were dropped/).waitFor();
  });

  test("there are no words that nobody could read, until it is calm again", async () => {
    await open("step=3");
    const words = page.locator(".lens-said");
    await words.first().waitFor();

    await page.evaluate(() => window.stand.player.play(200, 4));

    await words.first().waitFor({ state: "detached" });
    await words.first().waitFor();
  });
});
