import type { Page } from "playwright";
import { onUpstream } from "./hosts-seen.ts";
import { must } from "./must.ts";
import type { Pages } from "./pages.ts";
import { state } from "./room.ts";

/** nginx gives the next page to the next host, but other requests come in between. */
const PAGES = 12;

/** A page, and what it shows of its host. */
interface PageOnHost {
  page: Page;
  host: string | null;
}

/** Opens pages until two are on different hosts. @throws NotYet when 12 are all on the same. */
export async function twoOnDifferentHosts(pages: Pages): Promise<[PageOnHost, PageOnHost]> {
  const first = await place(pages);
  for (let count = 2; count <= PAGES; count += 1) {
    // A page makes as many requests each time: where hosts take turns, they may all begin at the same one.
    await fetch(first.page.url());
    const other = await place(pages);
    if (other.host !== first.host) return [first, other];
  }
  must(false, {
    expected: `two of ${PAGES} pages to be on different hosts`,
    seen: `all of them on host ${first.host}`,
    look: onUpstream,
  });
}

async function place(pages: Pages): Promise<PageOnHost> {
  const page = await pages.open();
  await state(page, "connected", { transport: "websocket", greeted: true });
  return { page, host: await page.getByTestId("worker").getAttribute("data-host") };
}

/** The page must show from where it comes, which is this machine. @throws NotYet */
export async function mustShowItsAddress({ page }: PageOnHost): Promise<string> {
  const address = await page.getByTestId("self").getAttribute("data-address");
  must(/^(127\.|::1$)/.test(address ?? ""), {
    expected: "the page to show its own address",
    seen: String(address),
    look: { file: "server.ts" },
  });
  return String(address);
}
