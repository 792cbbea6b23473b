import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Locator, Page } from "playwright";
import { io } from "socket.io-client";
import { folderOf, type Step } from "../catalog.ts";
import { until } from "../stage/until.ts";
import type { Desk } from "./cli.ts";
import type { RunningWorkbench } from "./workbench.ts";
import { cookieName } from "../web/guard.ts";
import type { PageSocket } from "../web/protocol.ts";

/** A step with its checks takes 15 s on a quiet machine, and ten times as long on a busy one. In ms. */
export const BUSY = 240_000;

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The finished files of a step, as a person would have written them. */
export function finish(step: Step, { work }: Desk): void {
  const dir = join(work, step.slug);
  mkdirSync(dir, { recursive: true });
  cpSync(folderOf(step, "solution"), dir, { recursive: true });
}

/**
 * Starts a step where it does not run, and waits until its app is up and nothing is checked. An app that
 * did not come up in the test before is started again; one that does not come up here says why.
 */
export async function runs(page: Page, step: Step, desk: Desk): Promise<void> {
  const start = page.getByRole("button", { name: `Start step ${step.number}` }).first();
  const running = page.getByTestId("running");
  await running.waitFor();
  if (await start.isVisible()) {
    finish(step, desk);
    await start.click();
  } else if (await running.getByText("the app is not up").isVisible()) {
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await running.getByText("checking").waitFor();
  }
  const settled = new RegExp(`Step ${step.number}( runs|: the app is not up)`);
  await running.getByText(settled).waitFor({ timeout: BUSY });
  const words = await running.textContent();
  if (!words?.includes(" runs")) throw new Error(`${words}\n${await page.innerText("main")}`);
  await page.locator('[data-testid="running"] .light.on').waitFor();
}

export async function verdict(page: Page, wanted: string): Promise<void> {
  await page
    .locator(`[data-testid="verdict"][data-verdict="${wanted}"]`)
    .waitFor({ timeout: BUSY });
}

/** Goes there by Tab, as often as it takes, and presses Enter. */
export async function press(page: Page, role: "button" | "link", name: string): Promise<void> {
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

export async function fact(card: Locator, name: string): Promise<string | undefined> {
  const row = card
    .locator(".facts div")
    .filter({ has: card.page().getByText(name, { exact: true }) });
  return (await row.locator("dd").textContent()) ?? undefined;
}

export async function pidsOf(page: Page): Promise<string[]> {
  const cards = await page.getByTestId("worker").all();
  return (await Promise.all(cards.map((card) => fact(card, "pid")))).filter(
    (pid) => pid !== undefined,
  );
}

export async function count(list: Locator, wanted: number): Promise<void> {
  await until(
    () => list.count(),
    (found) => found === wanted,
    { within: BUSY, otherwise: (found) => new Error(`${found} instead of ${wanted}.`) },
  );
}

export function titlesIn(page: Page): Promise<string[]> {
  return page.getByTestId("results").locator(".name").allTextContents();
}

/** The same in light and in dark, each with the name of what is looked at. */
export async function violationsInBoth(page: Page, state: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await violations(page)).map((text) => `${state}, ${colorScheme}: ${text}`));
  }
  return found;
}

/** What axe-core calls serious or critical, with where it is. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
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
export async function runFolder({ env }: Desk): Promise<string> {
  const note = JSON.parse(readFileSync(join(String(env.WORKSHOP_NOTES), "session.json"), "utf8"));
  return join(String(note.homes[0]), "..");
}

/** A connection as a page has one, without the page. */
export function connectTo({ url, port }: RunningWorkbench): PageSocket & Disposable {
  const { origin, searchParams } = new URL(url);
  const cookie = `${cookieName(port)}=${searchParams.get("token")}`;
  const socket: PageSocket = io(origin, { extraHeaders: { Cookie: cookie } });
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() });
}

/** Lets the server's answers about a README say that it cannot be read, until told otherwise. */
export async function breakGuides(page: Page): Promise<() => void> {
  let isBroken = true;
  // What a page polls for can be changed on its way.
  await page.routeWebSocket(/socket\.io/, (socket) => socket.close());
  await page.route(/transport=polling/, async (route) => {
    const response = await route.fetch();
    const packets = (await response.text()).split("\u001e").map((packet) => {
      const isGuide = /^43\d+\[\{"ok":true,"value":\{"step":/.test(packet);
      if (!isBroken || !isGuide) return packet;
      return packet.replace(/\[[^]*$/, '[{"ok":false,"problem":"It cannot be read."}]');
    });
    await route.fulfill({ response, body: packets.join("\u001e") });
  });
  return () => (isBroken = false);
}
