import type { Page } from "playwright";
import { until } from "../../workshop/stage/until.ts";

/** What the chat page shows of itself at all times. */
export interface PageState {
  state: string;
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
    ...(wish.members ? ["with the right count of members"] : []),
  ];
  return until(
    () => readState(page),
    (seen) =>
      seen.state === wanted &&
      (!wish.transport || seen.transport === wish.transport) &&
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

/** Types a message and sends it, as a person would. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Waits until the page shows these messages, in this order, and no others. */
export async function texts(page: Page, wanted: readonly string[]): Promise<void> {
  await until(
    () => page.locator('[data-testid="message"] [data-testid="text"]').allTextContents(),
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
