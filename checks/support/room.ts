import type { Page } from "playwright";
import { NotYet, type Finding } from "../../workshop/problems.ts";
import { eventually, until } from "../../workshop/stage/until.ts";
import type { Pages } from "./pages.ts";

/** Round robin gives the next page to the next worker, but other connections come in between. */
const PAGES = 12;

/** How long an acknowledgement may take to the page that nothing holds up, in ms. */
const TAKEN_WITHIN = 500;

/** What the chat page shows of itself at all times. */
export interface PageState {
  state: string;
  /** The same in words, with the reason where there is one. */
  words: string;
  transport: string;
  sid: string;
  /** The instance number of its worker; undefined before the greeting. */
  instance: number | undefined;
  members: number;
  /** How many requests were refused, as the page counts them. */
  refused: number;
}

interface Wish {
  transport?: string;
  /** True when its worker must have greeted it. */
  greeted?: boolean;
  members?: (count: number) => boolean;
}

/** Reads the page's status. */
export async function readState(page: Page): Promise<PageState> {
  return page.evaluate(() => {
    const data = (id: string): DOMStringMap =>
      document.querySelector<HTMLElement>(`[data-testid="${id}"]`)?.dataset ?? {};
    const instance = data("worker").instance;
    return {
      state: data("state").state ?? "",
      words: document.querySelector('[data-testid="state"]')?.textContent ?? "",
      transport: data("transport").transport ?? "",
      sid: data("sid").sid ?? "",
      instance: instance ? Number(instance) : undefined,
      members: Number(data("members").count ?? 0),
      refused: Number(data("refused").count ?? 0),
    };
  });
}

/**
 * Waits until the page shows that it is as wished, and gives what it shows.
 *
 * @throws NotYet when it has not come to that within 8 s.
 */
export async function state(page: Page, wanted: string, wish: Wish = {}): Promise<PageState> {
  const wishes = [
    `"${wanted}"`,
    ...(wish.transport ? [`over ${wish.transport}`] : []),
    ...(wish.greeted ? ["and its worker"] : []),
    ...(wish.members ? ["with the right count of members"] : []),
  ];
  return until(
    () => readState(page),
    (seen) =>
      seen.state === wanted &&
      (!wish.transport || seen.transport === wish.transport) &&
      (!wish.greeted || seen.instance !== undefined) &&
      (!wish.members || wish.members(seen.members)),
    {
      within: 8_000,
      otherwise: (seen) => ({
        expected: `the page to show ${wishes.join(" ")}`,
        seen: seen
          ? `"${seen.state}"${seen.transport ? ` over ${seen.transport}` : ""}, ${seen.members} here, ${seen.refused} requests refused`
          : "a page that cannot be read",
      }),
    },
  );
}

/** A page, and the number of the worker that it is connected to. */
export interface Placed {
  page: Page;
  instance: number | undefined;
}

/**
 * Opens pages until two are on different workers.
 *
 * @throws NotYet when 12 are all on the same.
 */
export async function twoOnDifferentWorkers(pages: Pages): Promise<[Placed, Placed]> {
  const placed: Placed[] = [];
  while (placed.length < PAGES) {
    placed.push(...(await Promise.all([pages.open(), pages.open()].map(place))));
    const [first] = placed;
    const other = placed.find(({ instance }) => instance !== first?.instance);
    if (first && other) return [first, other];
  }
  throw new NotYet({
    expected: `two of ${PAGES} pages to be on different workers`,
    seen: `all of them on worker ${placed[0]?.instance}`,
    look: { file: "ecosystem.config.cjs" },
  });
}

async function place(opening: Promise<Page>): Promise<Placed> {
  const page = await opening;
  const { instance } = await state(page, "connected", { transport: "websocket", greeted: true });
  return { page, instance };
}

/** Types a message and sends it, as a person would. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** The messages that the page shows. */
export function readTexts(page: Page): Promise<string[]> {
  return page.locator('[data-testid="message"] [data-testid="text"]').allTextContents();
}

/** Waits until the page shows these messages, in this order, and no others. */
export async function texts(page: Page, wanted: readonly string[]): Promise<void> {
  await until(
    () => readTexts(page),
    (seen) => seen.length === wanted.length && seen.every((text, at) => text === wanted[at]),
    {
      within: 5_000,
      otherwise: (seen) => ({
        expected: `the page to show ${wanted.map((text) => JSON.stringify(text)).join(", then ")}`,
        seen: seen?.length ? seen.map((text) => JSON.stringify(text)).join(", ") : "no message",
      }),
    },
  );
}

/** Goes to a room, as a person would, and waits until the page says so. */
export async function join(page: Page, room: string): Promise<void> {
  await page.getByLabel("Room", { exact: true }).fill(room);
  await page.getByRole("button", { name: "Join" }).click();
  await until(
    () => page.getByTestId("room").getAttribute("data-room"),
    (shown) => shown === room,
    {
      within: 5_000,
      otherwise: (shown) => ({
        expected: `the page to show that it is in the room "${room}"`,
        seen: shown ? `"${shown}"` : "no room at all",
      }),
    },
  );
}

/** Waits until the page lists people on these workers, and nobody else. */
export async function people(
  page: Page,
  wanted: readonly (number | undefined)[],
  look: Finding["look"],
): Promise<void> {
  await until(
    () =>
      page
        .getByTestId("person")
        .evaluateAll((items) => items.map((item) => Number(item.getAttribute("data-instance")))),
    (seen) => [...seen].sort().join() === [...wanted].sort().join(),
    {
      within: 5_000,
      otherwise: (seen) => ({
        expected: `the page to list people on the workers ${[...wanted].sort().join(", ")}`,
        seen: seen?.length ? `people on ${seen.sort().join(", ")}` : "nobody",
        look,
      }),
    },
  );
}

/** Calls the roll, as a person would, and gives what the page says of it. */
export async function callRoll(page: Page, look: Finding["look"]): Promise<string> {
  await page.getByRole("button", { name: "Roll call" }).click();
  const result = await until(
    () => page.getByTestId("roll-result").textContent(),
    (text) => /answered/.test(text ?? ""),
    {
      within: 5_000,
      otherwise: (text) => ({
        expected: "the page to tell the result of its roll call",
        seen: text ? `"${text}"` : "nothing within 5 s",
        look,
      }),
    },
  );
  return result ?? "";
}

/** Waits until the page says that nothing can be said now, or no longer says so. @throws NotYet */
export async function readOnly(page: Page, wanted: boolean, look: Finding["look"]): Promise<void> {
  await until(
    () => page.getByTestId("read-only").isVisible(),
    (shown) => shown === wanted,
    {
      within: 10_000,
      otherwise: () => ({
        expected: wanted
          ? "the page to be told that Redis is away, and nothing can be said"
          : "the page to be told that Redis is back",
        seen: "that it is not told",
        look,
      }),
    },
  );
}

/** Waits until the page says that messages are missing in its conversation. @throws NotYet */
export async function gap(page: Page, look: Finding["look"]): Promise<void> {
  await until(
    () => page.getByTestId("missed").count(),
    (count) => count > 0,
    {
      within: 10_000,
      otherwise: () => ({
        expected: "the page to say that some messages are missing",
        seen: "that it does not",
        look,
      }),
    },
  );
}

/**
 * What the page has just said must wait for its acknowledgement, or be refused: where nothing can be
 * kept, both are right. Looked at for a while, since an acknowledgement takes a moment, too.
 *
 * @throws NotYet
 */
export async function waitsOrIsRefused(page: Page): Promise<void> {
  const taken = await eventually(
    () => fateOnPage(page),
    (fate) => fate === "taken",
    TAKEN_WITHIN,
  );
  if (taken === undefined) return;
  throw new NotYet({
    expected: "what is said while Redis is away to wait, or to be refused",
    seen: "that the page takes it for said",
    look: { file: "server.ts", todo: "8.3" },
    hint: "An acknowledgement says that it is kept. Nothing can be kept now.",
  });
}

/** Says it again as long as it is refused, until it is acknowledged. @throws NotYet */
export async function sayUntilAccepted(page: Page, text: string): Promise<void> {
  await until(
    async () => {
      const fate = await fateOnPage(page);
      if (fate === "given up") throw new NotYet(GIVEN_UP);
      if (fate === "refused") await say(page, text);
      return fate;
    },
    (fate) => fate === "taken",
    {
      within: 10_000,
      otherwise: () => ({
        expected: "what the page says to be acknowledged once Redis is back",
        seen: "that it is not, or refused",
        look: { file: "server.ts", todo: "8.3" },
      }),
    },
  );
}

const GIVEN_UP = {
  expected: "the page to say again what is not acknowledged, until it is",
  seen: "that it gives up while Redis is away for some seconds",
  look: { file: "public/client-options.js", todo: "8.5" },
  hint: "retries says how often it is said again, and after ackTimeout ms each. However often that is, a Redis may be away for longer.",
};

/** What has become of what the page has said last, in one look at it. */
function fateOnPage(page: Page): Promise<"waits" | "refused" | "given up" | "taken"> {
  return page.evaluate(() => {
    const part = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
    const error = part("error")?.textContent;
    // What the page says itself of a client that has tried for the last time.
    if (error?.includes("however often it was sent")) return "given up";
    if (error) return "refused";
    // A page that does not say things again has one at a time on its way.
    return part("pending") || part("send")?.matches(":disabled") ? "waits" : "taken";
  });
}

/** Waits until the page shows so many messages that are not acknowledged yet. @throws NotYet */
export async function waiting(page: Page, wanted: number, look: Finding["look"]): Promise<void> {
  await until(
    () => page.getByTestId("pending").count(),
    (count) => count === wanted,
    {
      within: 10_000,
      otherwise: (count) => ({
        expected:
          wanted === 0
            ? "everything that the page has said to be acknowledged in the end"
            : "what is typed without a connection to wait on the page",
        seen: `${count} ${count === 1 ? "message" : "messages"} of the page waiting`,
        look,
        hint:
          wanted === 0
            ? undefined
            : "The page queues what it says when its client sends again what is not acknowledged: retries, and ackTimeout.",
      }),
    },
  );
}
