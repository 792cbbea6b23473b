import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { Browser, Page } from "playwright";
import { NOTES, root } from "../workshop/catalog.ts";
import { eventually, until } from "../workshop/stage/until.ts";

/** How long a page may take to connect, or to be refused, on a busy machine; in ms. */
const ANSWERED_WITHIN = 30_000;
/** How long a message may take to a page that hears it, in ms. */
const HEARD_WITHIN = 5_000;
/** How the server of 2014 tells a client that it does not know it: error 1, advice 0. */
const REFUSAL = "7:::1+0";
/** And how the client hands that on to the page. */
const REFUSED = "client not handshaken";

export type Transport = "websocket" | "xhr-polling";

/** The chat of 2014, open in a page of a real browser. */
export interface Visit extends AsyncDisposable {
  transport: Transport;
  /** How often the server has said on the wire that it does not know the session. */
  refusals: () => number;
  /** What the page shows: its state, and what the client was told. */
  state: () => Promise<string>;
  told: () => Promise<string[]>;
  isConnected: () => Promise<boolean>;
  /** Waits until it is connected or was refused once. */
  answered: () => Promise<void>;
  /** Waits until it is connected. */
  connected: () => Promise<void>;
  say: (text: string) => Promise<void>;
  /** Whether the page shows, after a moment, that somebody has said this. */
  hears: (text: string) => Promise<boolean>;
  /** Takes a picture, and gives its path from the root of the clone. */
  picture: (name: string) => Promise<string>;
}

export interface VisitOptions {
  transport: Transport;
  /** How long a request takes longer than on this machine, in ms, as it does for who comes from afar. */
  distance?: number | undefined;
}

/** Opens the chat in a window of its own, so that its connections are its own. */
export async function visit(
  browser: Browser,
  url: string,
  { transport, distance = 0 }: VisitOptions,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 720, height: 640 } });
  const page = await context.newPage();
  await delay(page, distance);
  let refusals = 0;
  listen(page, () => (refusals += 1));
  // A browser that has WebSocket takes it first; the other is told what to take.
  await page.goto(transport === "websocket" ? url : `${url}?transport=${transport}`);

  const state = async () => (await page.locator("#state").textContent()) ?? "";
  const isConnected = async () => (await state()).startsWith("connected");
  const told = () => page.locator("#events li").allTextContents();
  const wait = (what: string, holds: () => Promise<boolean>) =>
    until(holds, Boolean, {
      within: ANSWERED_WITHIN,
      otherwise: () => new Error(`The page of 2014 ${what} within ${ANSWERED_WITHIN} ms.`),
    });
  return {
    transport,
    refusals: () => refusals,
    state,
    told,
    isConnected,
    async answered() {
      await wait(
        "was neither connected nor refused",
        async () => (await isConnected()) || (await told()).some((line) => line.endsWith(REFUSED)),
      );
    },
    async connected() {
      await wait("was not connected", isConnected);
    },
    async say(text) {
      await page.getByPlaceholder("Say something").fill(text);
      await page.getByRole("button", { name: "Say" }).click();
    },
    async hears(text) {
      const said = () => page.locator("#said li").allTextContents();
      const heard = await eventually(
        said,
        (all) => all.some((line) => line.startsWith(text)),
        HEARD_WITHIN,
      );
      return heard !== undefined;
    },
    async picture(name) {
      const file = join(NOTES, "museum", `${name}.png`);
      mkdirSync(join(NOTES, "museum"), { recursive: true });
      await page.screenshot({ path: file });
      return relative(root, file);
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Makes each request of a page take so much longer, in ms. */
async function delay(page: Page, latency: number): Promise<void> {
  if (latency === 0) return;
  const chromium = await page.context().newCDPSession(page);
  await chromium.send("Network.enable");
  await chromium.send("Network.emulateNetworkConditions", {
    latency,
    offline: false,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
}

/** Listens on the wire, whatever the client makes of it. */
function listen(page: Page, onRefusal: () => void): void {
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (String(payload).startsWith(REFUSAL)) onRefusal();
    });
  });
  page.on("response", async (response) => {
    if (!response.url().includes("/socket.io/1/xhr-polling/")) return;
    // What the page has left in between has no body any more.
    const body = await response.text().catch(() => "");
    if (body.startsWith(REFUSAL)) onRefusal();
  });
}
