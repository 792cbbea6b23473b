import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Locator, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { folderOf, steps, type Step } from "../catalog.ts";
import { freePort } from "../stage/ports.ts";
import { processesOf } from "../stage/processes.mjs";
import { until } from "../stage/until.ts";
import { openDesk, runCli, type Desk } from "../testing/cli.ts";
import {
  openBrowser,
  startWorkbench,
  type OpenBrowser,
  type RunningWorkbench,
} from "../testing/workbench.ts";

const [first, , third, , fifth] = steps;
if (!first || !third || !fifth) throw new Error("The catalogue lacks a step.");

/** A step with its checks takes 15 s on a quiet machine, and ten times as long on a busy one. In ms. */
const BUSY = 240_000;
vi.setConfig({ testTimeout: 2 * BUSY, hookTimeout: BUSY });

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEWS = {
  read: "Read",
  checks: "Checks",
  app: "App",
  lens: "Lens",
  both: "App + Lens",
  workers: "Workers",
};

describe("on the workbench", () => {
  let desk: Desk;
  let browser: OpenBrowser;
  let workbench: RunningWorkbench;

  beforeAll(async () => {
    desk = openDesk();
    const port = await freePort();
    [browser, workbench] = await Promise.all([openBrowser(), startWorkbench(desk, port)]);
  });
  afterAll(async () => {
    await workbench?.[Symbol.asyncDispose]();
    await browser?.[Symbol.asyncDispose]();
    desk?.[Symbol.dispose]();
  });

  test("a person reads step 3, starts it, sees it break, mends the file, and passes", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/read`);
    const { page, errors } = opened;

    await page.getByRole("heading", { name: "What you will see" }).waitFor();
    await page.getByRole("button", { name: "Start step 3" }).click();
    await page.getByRole("link", { name: "Checks", exact: true }).click();
    await verdict(page, "not yet");
    await page.getByText("4 workers online in cluster mode").first().waitFor();
    finish(third, desk);
    await verdict(page, "passed");
    await page
      .getByTestId("announcement")
      .getByText(/^passed: (\d) of \1 checks hold\.$/)
      .waitFor();
    await page
      .getByRole("navigation", { name: "Steps" })
      .getByText(/passed after 2 checks/)
      .waitFor();

    await page.getByRole("link", { name: "App", exact: true }).click();
    await page.getByTestId("running").getByText("Step 3 runs").waitFor();
    const windows = page.locator("iframe");
    expect(await windows.count()).toBe(2);
    await page.getByRole("link", { name: "Lens", exact: true }).click();
    await page.getByText("Session ID unknown").filter({ visible: true }).first().waitFor();
    for (const worker of ["worker 0", "worker 1", "worker 2", "worker 3"]) {
      await page.getByText(worker, { exact: true }).filter({ visible: true }).first().waitFor();
    }
    await page.getByRole("button", { name: "Table" }).click();
    await page
      .getByRole("cell", { name: /Session ID unknown.*owns it/ })
      .first()
      .waitFor();
    expect(errors).toEqual([]);
  });

  test("a worker that is killed from the page comes back, with a new pid", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/workers`);
    const { page } = opened;
    await runs(page, third, desk);

    const card = page.getByTestId("worker").filter({ hasText: "worker 1" });
    const pidOf = () => fact(card, "pid");
    const before = await pidOf();
    await card.getByRole("button", { name: "Kill worker 1" }).click();

    await until(
      async () => [
        await pidOf(),
        await fact(card, "restarts"),
        await card.getAttribute("data-state"),
      ],
      ([pid, restarts, state]) => pid !== before && restarts === "1" && state === "online",
      { within: BUSY, otherwise: (last) => new Error(`It has not come back: ${last}`) },
    );
  });

  test("pm2 scales to three workers and reloads them", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/workers`);
    const { page } = opened;
    await runs(page, third, desk);

    await page.getByRole("button", { name: "Fewer workers" }).click();
    await count(page.getByTestId("worker"), 3);
    const pids = await pidsOf(page);
    await page.getByRole("button", { name: "Reload", exact: true }).click();

    await until(
      () => pidsOf(page),
      (now) => now.length === 3 && now.every((pid) => !pids.includes(pid)),
      { within: BUSY, otherwise: (now) => new Error(`Still ${now} after ${pids}.`) },
    );
  });

  test("two browsers show the same, and a reload in mid-run loses nothing", async () => {
    await using one = await browser.open(`${workbench.url}#/3/checks`);
    await using other = await browser.open(`${workbench.url}#/3/checks`);
    await runs(one.page, third, desk);

    await other.page.getByRole("button", { name: "Check", exact: true }).click();
    await one.page
      .getByTestId("running")
      .getByText(/checking [1-9]/)
      .waitFor();
    await one.page.reload();

    await Promise.all([one, other].map(({ page }) => verdict(page, "passed")));
    const titles = await Promise.all([one, other].map(({ page }) => titlesIn(page)));
    expect(titles[0]).toEqual(titles[1]);
    expect(titles[0]?.length).toBeGreaterThan(4);
  });

  test.each(["light", "dark"] as const)(
    "axe-core finds nothing serious in any view, %s",
    async (colorScheme) => {
      await using opened = await browser.open(`${workbench.url}#/3/read`, { colorScheme });
      const { page } = opened;
      await runs(page, third, desk);
      await page.evaluate(AXE);
      const found: string[] = [];
      for (const [view, name] of Object.entries(VIEWS)) {
        await page.getByRole("link", { name, exact: true }).click();
        await page.locator(`main[data-view="${view}"]`).waitFor();
        if (view === "read") await page.getByRole("heading", { name: "What you write" }).waitFor();
        found.push(...(await violations(page)).map((text) => `${view}: ${text}`));
      }

      expect(found).toEqual([]);
    },
  );

  test.each([360, 1280, 1920])("no view is wider than a window of %i px", async (width) => {
    const viewport = { width, height: 900 };
    await using opened = await browser.open(`${workbench.url}#/3/read`, { viewport });
    const { page } = opened;
    await runs(page, third, desk);

    for (const [view, name] of Object.entries(VIEWS)) {
      const link = page.getByRole("link", { name, exact: true });
      // There is no room for two beside each other in a narrow window, so it is not offered there.
      if (view === "both" && !(await link.isVisible())) continue;
      await link.click();
      await page.locator(`main[data-view="${view}"]`).waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([view, wide <= width]).toEqual([view, true]);
    }
  });

  test("by keyboard only: start a step, get a hint, see the solution asked for, and stop", async () => {
    finish(first, desk);
    const file = join(desk.work, first.slug, "server.ts");
    // What learners print is shown as they print it.
    const print = 'setInterval(() => console.log("<img src=x onerror=document.title=1>"), 500);';
    writeFileSync(file, `${readFileSync(file, "utf8").replace("httpServer,", "")}\n${print}\n`);
    await using opened = await browser.open(`${workbench.url}#/1/checks`);
    const { page, errors } = opened;
    await page.getByTestId("running").waitFor();

    await press(page, "button", "Start step 1");
    await verdict(page, "not yet");
    await press(page, "button", "Hint");
    await page.getByRole("heading", { name: /^Hint 1 of/ }).waitFor();
    await press(page, "button", "Solution");
    await page.getByRole("dialog").getByText("before you have passed").waitFor();
    await page.keyboard.press("Escape");
    await press(page, "button", "Diff");
    await page.getByRole("heading", { name: "Your code, and the solution" }).waitFor();
    await press(page, "link", "Workers");
    await page.getByRole("log").getByText("<img src=x").first().waitFor();
    await press(page, "button", "Stop");
    await page.getByText("Nothing runs").waitFor();

    expect(await page.title()).toBe("1 Workers · Broken Handshakes");
    expect(errors).toEqual([]);
  });

  test("a reset is asked for, says where the backup is, and can be undone", async () => {
    await using opened = await browser.open(`${workbench.url}#/1/checks`);
    const { page } = opened;
    const file = join(desk.work, first.slug, "server.ts");
    finish(first, desk);
    const mine = readFileSync(file, "utf8");

    await page.getByRole("button", { name: "Reset", exact: true }).click();
    await page.getByRole("button", { name: "Put it back" }).click();
    await page.getByText(/What you had is in/).waitFor();
    const starter = readFileSync(file, "utf8");
    await page.getByRole("button", { name: "Undo reset" }).click();
    await page.getByText(/as it was before the reset/).waitFor();

    expect(starter).toContain("TODO 1.1");
    expect(readFileSync(file, "utf8")).toBe(mine);
  });

  test("Redis is killed from the page and started again, which both are said", async () => {
    finish(fifth, desk);
    await using opened = await browser.open(`${workbench.url}#/5/workers`);
    const { page } = opened;
    await runs(page, fifth, desk);

    await page.getByRole("button", { name: "Kill Redis" }).click();
    await page.getByTestId("redis").getByText("is down").waitFor();
    await page.getByRole("status").getByText("Redis was killed").waitFor();
    await page.getByRole("button", { name: "Start Redis" }).click();

    await page.getByTestId("redis").getByText("is up").waitFor();
    await page.getByRole("status").getByText("Redis is back").waitFor();
  });

  test("a page that is slow to paint hears all the same how things stand", async () => {
    await using opened = await browser.open("about:blank");
    const { page } = opened;
    // What a page does after its first paint is done late, and the server is heard before it.
    await page.addInitScript(() => {
      const later = window.setTimeout.bind(window);
      window.requestAnimationFrame = () => 0;
      Object.assign(window, {
        setTimeout: (act: TimerHandler, ms = 0, ...args: unknown[]) =>
          later(act, ms === 35 ? 1_500 : ms, ...args),
      });
    });

    await page.goto(`${workbench.url}#/3/read`);

    await page.getByTestId("running").waitFor({ timeout: 20_000 });
  });

  test("a server that is killed and started again: the page says both, and goes on", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/read`);
    const { page } = opened;
    await page.getByRole("heading", { name: "What you will see" }).waitFor();

    await workbench.end("SIGKILL");
    await page.getByRole("alert").getByText("does not answer").waitFor();
    workbench = await startWorkbench(desk, workbench.port);

    await page.getByRole("status").getByText("was started again").waitFor();
    await page.getByText("Nothing runs").waitFor();
    expect(await page.getByText("does not answer").count()).toBe(0);
  });

  test("Ctrl-C ends all that it has started, and a second one names the first", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/read`);
    await runs(opened.page, third, desk);
    const folder = await runFolder(desk);

    const late = await runCli(["start", "--no-open"], desk);
    await workbench.end("SIGINT");

    expect(late.code).toBe(2);
    expect(late.output).toContain("The workbench is open in this clone already");
    await until(
      () => processesOf(folder),
      (left) => left.length === 0,
      { within: 30_000, otherwise: (left) => new Error(`Left: ${JSON.stringify(left)}`) },
    );
  });
});

/** The finished files of a step, as a person would have written them. */
function finish(step: Step, { work }: Desk): void {
  const dir = join(work, step.slug);
  mkdirSync(dir, { recursive: true });
  cpSync(folderOf(step, "solution"), dir, { recursive: true });
}

/** Starts a step where it does not run, and waits until its app is up and nothing is checked. */
async function runs(page: Page, step: Step, desk: Desk): Promise<void> {
  const start = page.getByRole("button", { name: `Start step ${step.number}` }).first();
  const running = page.getByTestId("running");
  await running.waitFor();
  if (await start.isVisible()) {
    finish(step, desk);
    await start.click();
  }
  await running.getByText(`Step ${step.number} runs`).waitFor({ timeout: BUSY });
  await page.locator('[data-testid="running"] .light.on').waitFor();
}

async function verdict(page: Page, wanted: string): Promise<void> {
  await page
    .locator(`[data-testid="verdict"][data-verdict="${wanted}"]`)
    .waitFor({ timeout: BUSY });
}

/** Goes there by Tab, as often as it takes, and presses Enter. */
async function press(page: Page, role: "button" | "link", name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  await wanted.waitFor();
  for (let tabs = 0; tabs < 120; tabs += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      await page.keyboard.press("Enter");
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${name}.`);
}

async function fact(card: Locator, name: string): Promise<string | undefined> {
  const row = card
    .locator(".facts div")
    .filter({ has: card.page().getByText(name, { exact: true }) });
  return (await row.locator("dd").textContent()) ?? undefined;
}

async function pidsOf(page: Page): Promise<string[]> {
  const cards = await page.getByTestId("worker").all();
  return (await Promise.all(cards.map((card) => fact(card, "pid")))).filter(
    (pid) => pid !== undefined,
  );
}

async function count(list: Locator, wanted: number): Promise<void> {
  await until(
    () => list.count(),
    (found) => found === wanted,
    { within: BUSY, otherwise: (found) => new Error(`${found} instead of ${wanted}.`) },
  );
}

function titlesIn(page: Page): Promise<string[]> {
  return page.getByTestId("results").locator(".name").allTextContents();
}

/** What axe-core calls serious or critical, with where it is. */
function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const axe: { run: (what: object) => Promise<AxeResults> } = Reflect.get(window, "axe");
    // The frames hold the learner's app, which has tests of its own.
    const found = await axe.run({ exclude: [["iframe"]] });
    return found.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

/** The folder of the run that the workbench has open: pm2's home lies in it. */
async function runFolder({ env }: Desk): Promise<string> {
  const note = JSON.parse(readFileSync(join(String(env.WORKSHOP_NOTES), "session.json"), "utf8"));
  return join(String(note.homes[0]), "..");
}
