import { Inconclusive } from "../workshop/problems.ts";
import { until } from "../workshop/stage/until.ts";
import type { House } from "./house.ts";
import { tornSessions, type Logs } from "./logs.ts";
import type { Transport, Visit } from "./visit.ts";

/** How many pages come together. */
const PAGES = 10;
/** How many pages at most are opened until something is seen. (With two workers, one or two do.) */
const MOST_PAGES = 20;
/** How long the log may take to show what has happened, in ms. */
const SEEN_WITHIN = 30_000;

/**
 * Opens pages, one after the other, until some have met two workers, and waits until each is connected
 * and what the workers wrote about it has arrived.
 */
export async function crowd(house: House, logs: Logs, distance?: number): Promise<Visit[]> {
  const before = logs.lines().length;
  const since = () => logs.lines().slice(before);
  const opened = () => since().filter(({ text }) => text.includes("handshake authorized")).length;
  const visits: Visit[] = [];
  while (
    visits.length < PAGES ||
    (tornSessions(since()).length === 0 && visits.length < MOST_PAGES)
  ) {
    const each = await house.visit(transportOf(visits.length), distance);
    visits.push(each);
    await each.connected();
    await until(opened, (count) => count >= visits.length, {
      within: SEEN_WITHIN,
      otherwise: () => new Error("pm2 logs did not show a handshake."),
    });
  }
  return visits;
}

/** How many requests of these pages were refused. */
export function refusalsOf(visits: readonly Visit[]): number {
  return visits.reduce((sum, each) => sum + each.refusals(), 0);
}

/** Whether a worker has not known the session of that page. */
export const isRefused = (each: Visit) => each.refusals() > 0;

const transportOf = (count: number): Transport => (count % 2 === 0 ? "websocket" : "xhr-polling");

/** Opens pages, one after the other, until one is refused; gives it, and how many they were. */
export async function refusedPage(house: House): Promise<{ refused: Visit; pages: number }> {
  for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
    const each = await house.visit(transportOf(pages - 1));
    await each.answered();
    if (isRefused(each)) return { refused: each, pages };
  }
  throw new Inconclusive(`${MOST_PAGES} pages came, and none was refused. Run it again.`);
}
