import type { Browser, Page } from "playwright";
import { Inconclusive } from "../../workshop/problems.ts";
import { eventually, until } from "../../workshop/stage/until.ts";
import { Clients, type ChatClient } from "../support/clients.ts";
import { textsOf } from "../support/crowd.ts";
import type { AblationCell } from "./cells.ts";
import type { Count, Figures } from "./figures.ts";
import type { AblationStage } from "./stage.ts";

/** How much is measured. */
export interface Amount {
  clients: number;
  people: number;
  pages: number;
}
export const FULL: Amount = { clients: 40, people: 8, pages: 10 };
/** The same pattern, in less time. */
export const SHORT: Amount = { clients: 8, people: 8, pages: 10 };

/** How long a message may take to everybody, in ms; measured: 1 from worker to worker. */
const HEARD_WITHIN = 2_000;
/** How long a page may take to its WebSocket, or to a refusal, in ms; measured: 0.1 to 0.5 s. */
const SETTLED_WITHIN = 15_000;
const TOO_BUSY = "this machine was too busy: a client had no answer for seconds";

/** As a browser does, all clients keep cookies: nginx gives them one. */
const AS_BROWSERS = { withCredentials: true };
const KINDS = {
  byDefault: {},
  webSocket: { transports: ["websocket"] },
  polling: { transports: ["polling"] },
};

/**
 * Runs a cell and counts what it shows.
 *
 * @throws MachineProblem when something is missing that it needs.
 */
export async function measure(
  stage: AblationStage,
  cell: AblationCell,
  amount: Amount,
  signal = AbortSignal.any([]),
): Promise<Figures> {
  const browser = await stage.browser();
  return stage.play(cell, async (url) => ({
    byDefault: await countConnected(url, KINDS.byDefault, amount.clients, signal),
    webSocket: await countConnected(url, KINDS.webSocket, amount.clients, signal),
    polling: await countConnected(url, KINDS.polling, amount.clients, signal),
    messages: await countMessages(url, cell, amount.people, signal),
    pages: await countPages(url, browser, amount.pages, signal),
  }));
}

type Options = { transports?: string[] };

/** Clients try once, one after the other; each leaves before the next one comes. */
async function countConnected(
  url: string,
  options: Options,
  of: number,
  signal: AbortSignal,
): Promise<Count> {
  const reasons: string[] = [];
  for (let client = 0; client < of; client += 1) {
    signal.throwIfAborted();
    await using clients = new Clients(url);
    const attempt = await clients.tryOnce({ ...AS_BROWSERS, ...options });
    if (attempt.connected) continue;
    if (/^timeout$|^nothing within/.test(attempt.error)) throw new Inconclusive(TOO_BUSY);
    reasons.push(attempt.error);
  }
  return { held: of - reasons.length, of, reasons: counted(reasons) };
}

/**
 * People come as the cell's page does, one after the other; those who are in say one thing each, and
 * it is counted who hears what: everybody should hear everybody, himself included.
 */
async function countMessages(
  url: string,
  { handshake }: AblationCell,
  count: number,
  signal: AbortSignal,
): Promise<Count> {
  const options = handshake === "WebSocket only" ? KINDS.webSocket : KINDS.byDefault;
  await using clients = new Clients(url);
  const all: ChatClient[] = [];
  for (let number = 0; number < count; number += 1) {
    signal.throwIfAborted();
    const come = clients.connect({ ...AS_BROWSERS, ...options });
    await come.then(
      (client) => all.push(client),
      () => {},
    );
  }
  const people = all.filter(({ left }) => left.length === 0);
  const texts = people.map((_, number) => `this is number ${number}`);
  await Promise.allSettled(people.map((person, at) => person.say(texts[at])));
  const held = () =>
    people.reduce((sum, person) => {
      const heard = new Set(textsOf(person));
      return sum + texts.filter((text) => heard.has(text)).length;
    }, 0);
  const of = people.length ** 2;
  await eventually(held, (heard) => heard === of, HEARD_WITHIN);
  return { held: held(), of };
}

/**
 * Loads the page in a fresh context, again and again, until it has come to a WebSocket, or until a
 * request of it was refused: what the page makes of that is a matter of luck.
 */
async function countPages(
  url: string,
  browser: Browser,
  of: number,
  signal: AbortSignal,
): Promise<Count> {
  const reasons: string[] = [];
  for (let load = 0; load < of; load += 1) {
    signal.throwIfAborted();
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      const seen = await until(
        () => look(page),
        ({ refused, isUp }) => refused > 0 || isUp,
        { within: SETTLED_WITHIN, otherwise: () => new Inconclusive(TOO_BUSY) },
      );
      if (seen.refused > 0) reasons.push("a request is refused");
    } finally {
      await context.close();
    }
  }
  return { held: of - reasons.length, of, reasons: counted(reasons) };
}

async function look(page: Page): Promise<{ refused: number; isUp: boolean }> {
  const find = (id: string, more = "") => page.locator(`[data-testid="${id}"]${more}`);
  const state = find("state", '[data-state="connected"]');
  const transport = find("transport", '[data-transport="websocket"]');
  const isUp = (await state.count()) + (await transport.count()) === 2;
  // In this order: what was refused on the way to the WebSocket is counted.
  return { refused: Number(await find("refused").getAttribute("data-count")), isUp };
}

/** `40 × xhr post error` */
function counted(reasons: readonly string[]): string[] {
  return [...new Set(reasons)].map(
    (reason) => `${reasons.filter((other) => other === reason).length} × ${reason}`,
  );
}
