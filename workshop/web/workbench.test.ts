import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { steps } from "../catalog.ts";
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
import {
  breakGuides,
  BUSY,
  connectTo,
  count,
  fact,
  finish,
  pidsOf,
  press,
  runFolder,
  runs,
  titlesIn,
  verdict,
  violations,
  violationsInBoth,
} from "../testing/at-the-page.ts";

const [first, , third, , fifth, , , , ninth] = steps;
if (!first || !third || !fifth || !ninth) throw new Error("The catalogue lacks a step.");

vi.setConfig({ testTimeout: 2 * BUSY, hookTimeout: BUSY });

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

  test("what is done to the workers is done one after the other", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/workers`);
    using client = connectTo(workbench);
    await runs(opened.page, third, desk);

    const done: string[] = [];
    await Promise.all(
      [{ do: "reload" } as const, { do: "scale", to: 2 } as const].map(async (act) => {
        const { ok } = await client.emitWithAck("worker", 3, act);
        done.push(`${act.do}: ${ok}`);
      }),
    );

    expect(done).toEqual(["reload: true", "scale: true"]);
  });

  test("by keyboard only: two more workers are two more, and one is killed", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/workers`);
    const { page } = opened;
    await runs(page, third, desk);
    const before = await page.getByTestId("worker").count();

    await press(page, "button", "More workers");
    await page.keyboard.press("Enter");
    await page.getByText(/^\d so far$/).waitFor();
    await count(page.getByTestId("worker"), before + 2);
    const card = page.getByTestId("worker").filter({ hasText: "worker 0" });
    const pid = await fact(card, "pid");
    await press(page, "button", "Kill worker 0, kill -9");

    await until(
      () => fact(card, "pid"),
      (now) => now !== pid,
      { within: BUSY, otherwise: () => new Error(`${pid} is still there.`) },
    );
  });

  test("at another step stands what runs, the way to it, and nothing to do it harm with", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/workers`);
    using client = connectTo(workbench);
    const { page } = opened;
    await runs(page, third, desk);

    for (const view of ["app", "lens", "both", "workers"]) {
      await page.evaluate((hash) => (location.hash = hash), `#/5/${view}`);
      await page.getByTestId("elsewhere").getByText("Step 3 runs, not step 5.").waitFor();
      expect(await page.getByRole("button", { name: /crowd|more|kill|reload/i }).count()).toBe(0);
    }
    await page.getByRole("button", { name: "Stop step 3" }).waitFor();
    const refused = await Promise.all([
      client.emitWithAck("worker", 5, { do: "scale", to: 1 }),
      client.emitWithAck("redis", 5, "down"),
      client.emitWithAck("check", 5),
      client.emitWithAck("crowdOpen", 5, 10),
      client.emitWithAck("stop", 5),
    ]);
    await page.getByRole("link", { name: /^Go to step 3/ }).click();
    await page.getByTestId("worker").first().waitFor();

    const problem = "Step 3 runs by now, not step 5: nothing was done.";
    expect(refused).toEqual(refused.map(() => ({ ok: false, problem })));
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

  test("axe-core finds nothing serious before a start, in a panel, in a question, elsewhere", async () => {
    await using opened = await browser.open(`${workbench.url}#/3/checks`);
    const { page } = opened;
    await runs(page, third, desk);
    await page.evaluate(() => (location.hash = "#/1/checks"));
    await page.getByText("Starting step 1 ends it.").waitFor();

    const found = await violationsInBoth(page, "idle");
    const hint = page.getByRole("heading", { name: /^Hint \d+ of/ });
    const isLast = async () => /^Hint (\d+) of \1/.test((await hint.textContent()) ?? "");
    do {
      const before = (await hint.count()) > 0 ? await hint.textContent() : "";
      await page.getByRole("button", { name: "Hint" }).click();
      await hint.filter({ hasNotText: before || "no heading yet" }).waitFor();
    } while (!(await isLast()));
    await page.getByText(/That was the last hint for TODO 1\.1; npm run diff 1/).waitFor();
    found.push(...(await violationsInBoth(page, "hint")));
    await page.getByRole("button", { name: "Diff" }).click();
    await page.getByRole("heading", { name: "Your code, and the solution" }).waitFor();
    found.push(...(await violationsInBoth(page, "diff")));
    await page.getByRole("button", { name: "Reset", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    found.push(...(await violationsInBoth(page, "question")));
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Workers", exact: true }).click();
    await page.getByTestId("elsewhere").waitFor();
    found.push(...(await violationsInBoth(page, "elsewhere")));

    expect(found).toEqual([]);
  });

  test("a README that cannot be read is asked for again, and stays in the chosen language", async () => {
    await using opened = await browser.open("about:blank");
    const { page } = opened;
    const mend = await breakGuides(page);
    await page.addInitScript(() => {
      const refuse = () => Promise.reject(new Error("Not by a page."));
      Object.defineProperty(navigator, "clipboard", { value: { writeText: refuse } });
    });
    await page.goto(`${workbench.url}#/3/read`);

    await page.getByText("It cannot be read.").waitFor();
    mend();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "What you will see" }).waitFor();
    await page.getByRole("button", { name: "Copy" }).first().click();
    await page.getByText("does not let this page copy").waitFor();
    const code = await page.locator(".code code").first().textContent();
    expect(await page.evaluate(() => String(getSelection()).trim())).toBe(code?.trim());
    await page.locator('[data-language="ja"]').first().click();
    await page.locator('article[lang="ja"]').waitFor();
    await page.getByRole("link", { name: "Checks", exact: true }).click();
    await page.getByRole("button", { name: "Hint" }).waitFor();
    await page.getByRole("link", { name: "Read", exact: true }).click();
    await page.locator("article").waitFor();

    expect(await page.locator("article").getAttribute("lang")).toBe("ja");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

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

  test("a projector of 1280 by 720 shows all lanes beside the windows", async () => {
    const viewport = { width: 1280, height: 720 };
    await using opened = await browser.open(`${workbench.url}#/3/both`, { viewport });
    const { page } = opened;
    await runs(page, third, desk);
    await page.locator("main").getByText("3", { exact: true }).last().waitFor();

    const plot = await page.locator(".lens-plot").boundingBox();

    expect((plot?.y ?? 0) + (plot?.height ?? Infinity)).toBeLessThanOrEqual(viewport.height);
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
    await press(page, "link", "Read");
    await page.getByRole("heading", { name: "What you will see" }).waitFor();
    await press(page, "link", "Checks");
    await page.getByRole("heading", { name: /^Hint 1 of/ }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: /^Hint 1 of/ }).waitFor();
    await press(page, "button", "Solution");
    await page.getByRole("dialog").getByText("before you have passed").waitFor();
    await page.keyboard.press("Escape");
    await press(page, "button", "Diff");
    await page.getByRole("heading", { name: "Your code, and the solution" }).waitFor();
    finish(first, desk);
    await page.getByText("Your code is the solution, line by line.").waitFor();
    await press(page, "link", "Workers");
    await page.getByRole("log").getByText("<img src=x").first().waitFor();
    await press(page, "button", "Stop");
    await page.getByText("Nothing runs").waitFor();

    expect(await page.title()).toBe("1 Workers · Broken Handshakes");
    await page.evaluate(() => (location.hash = "#/3/lens"));
    await page.getByTestId("elsewhere").getByText("Step 1 ran last, not step 3.").waitFor();
    await press(page, "link", `Go to step 1: ${first.title}`);
    await page.locator(".lens-figures").waitFor();
    expect(errors).toEqual([]);
  });

  test("while the solution runs, the diff is of the learner's own copy all the same", async () => {
    await using opened = await browser.open(`${workbench.url}#/1/checks`);
    const { page } = opened;
    const file = join(desk.work, first.slug, "server.ts");
    finish(first, desk);
    writeFileSync(file, `${readFileSync(file, "utf8")}\n// This is mine.\n`);

    await page.getByRole("button", { name: "Run the solution instead" }).click();
    await page.getByTestId("running").getByText("Step 1, the solution").waitFor();
    await page.getByRole("button", { name: "Diff" }).click();

    await page.getByRole("region", { name: "diff" }).getByText("// This is mine.").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Nothing runs").waitFor();
  });

  test("a reset is asked for, says where the backup is, and can be undone", async () => {
    await using opened = await browser.open(`${workbench.url}#/1/checks`);
    const { page } = opened;
    const file = join(desk.work, first.slug, "server.ts");
    finish(first, desk);
    const mine = readFileSync(file, "utf8");

    await page.getByRole("button", { name: "Reset", exact: true }).click();
    await page.getByRole("button", { name: "Put it back" }).click();
    await page
      .getByTestId("announcement")
      .getByText(/What you had is in/)
      .waitFor();
    const starter = readFileSync(file, "utf8");
    await page.getByRole("link", { name: "Workers", exact: true }).click();
    await page.getByRole("link", { name: "Checks", exact: true }).click();
    const panel = page.getByRole("region", { name: "reset" });
    await panel.getByText(/What you had is in/).waitFor();
    await panel.getByRole("button", { name: "Undo this reset" }).click();
    await page.getByText(/as it was before the reset/).waitFor();
    await panel.waitFor({ state: "detached" });

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

  test("of several hosts, pm2 reloads and scales the one that is chosen", async () => {
    finish(ninth, desk);
    await using opened = await browser.open(`${workbench.url}#/9/workers`);
    const { page } = opened;
    const worker = page.getByTestId("worker").and(page.locator('[data-state="online"]'));
    const pidOn = (host: string) => fact(worker.filter({ hasText: `host ${host}` }).first(), "pid");

    await page.getByRole("button", { name: "Start step 9" }).first().click();
    // Its checks go on meanwhile, on hosts of their own.
    await count(worker, 4);
    await page.getByRole("combobox", { name: "On", exact: true }).selectOption("host b");
    await page.getByRole("button", { name: "Fewer workers" }).click();
    await count(worker, 3);
    const before = { a: await pidOn("a"), b: await pidOn("b") };
    await page.getByRole("button", { name: "Reload", exact: true }).click();

    await until(
      async () => ({ a: await pidOn("a"), b: await pidOn("b") }),
      ({ a, b }) => a === before.a && b !== before.b,
      { within: BUSY, otherwise: (now) => new Error(JSON.stringify({ before, now })) },
    );
    expect(await worker.filter({ hasText: "host b" }).count()).toBe(1);
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
    await using other = await browser.open(`${workbench.url}#/3/read`);
    await other.page.getByRole("heading", { name: "What you will see" }).waitFor();
    await other.page.context().clearCookies();

    await workbench.end("SIGKILL");
    await page.getByRole("alert").getByText("does not answer").waitFor();
    const start = page.getByRole("button", { name: "Start step 3" });
    expect(await start.isDisabled()).toBe(true);
    await start.press("Enter");
    await page.getByRole("status").getByText("so nothing was done").waitFor();
    const found = await violationsInBoth(page, "lost");
    workbench = await startWorkbench(desk, workbench.port);

    await page.getByRole("status").getByText("was started again").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await start.isDisabled()).toBe(false);
    await page.getByRole("link", { name: "Checks", exact: true }).click();
    await page.getByRole("button", { name: "Diff" }).click();
    await page.getByRole("region", { name: "diff" }).waitFor();
    await page.getByText("Nothing runs").waitFor();
    await other.page.getByRole("alert").getByText("npm start has printed").waitFor();
    expect(found).toEqual([]);
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
