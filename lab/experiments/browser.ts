import type { Browser } from "playwright";
import { openAblationStage, WORKERS } from "../../checks/ablation/stage.ts";
import type { Bench, Experiment, Found, Place, Session, Size } from "../frame/experiment.ts";
import { judge, startLag, stopLag } from "../load/lag.ts";
import { shares } from "../load/pool.ts";
import { cellOf } from "./cells.ts";

/** What is done about the handshake: the code that the ablation has for it. */
const FIXES = {
  none: cellOf("no fix", "none"),
  adapter: cellOf("no fix", "Redis"),
  websocket: cellOf("WebSocket only", "none"),
  sticky: cellOf("sticky", "Redis"),
  relay: cellOf("relay", "Redis"),
};
type Fix = keyof typeof FIXES;
const FIX_NAMES = {
  none: "no fix (step 3)",
  adapter: "Redis adapter only",
  websocket: "WebSocket only (step 4)",
  sticky: "sticky sessions",
  relay: "relay (step 7)",
};
const ENDS = {
  websocket: "on a WebSocket",
  polling: "stuck on polling",
  none: "not connected",
};
type End = keyof typeof ENDS;

interface Amount {
  workers: readonly number[];
  fixes: readonly Fix[];
  rounds: number;
  /** Page loads at each place, in each round, and how many of them at the same time. */
  loads: number;
  atOnce: number;
  /** How long a page may take, in ms. */
  within: number;
}
const AMOUNTS: Readonly<Record<Size, Amount>> = {
  quick: {
    workers: [1, 4],
    fixes: ["none", "relay"],
    rounds: 1,
    loads: 6,
    atOnce: 3,
    within: 6_000,
  },
  full: {
    workers: [1, 2, 3, 4, 6, 8],
    fixes: ["none", "adapter", "websocket", "sticky", "relay"],
    rounds: 2,
    loads: 12,
    atOnce: 3,
    within: 8_000,
  },
};

/** What the article's pictures show, as a figure: how pages end in a real browser. */
export const browser: Experiment = {
  name: "browser",
  title: "In the browser",
  question:
    "Of pages that are loaded in Chromium, how many come to a WebSocket, how many stay on polling, and how many are still trying?",
  measures: {
    share: { title: "share of page loads", show: "share" },
    refused: { title: "pages that saw a refusal", show: "share" },
  },
  figures: [
    {
      id: "ends",
      title: "How a page load ends in Chromium",
      subtitle: "Share of loads in fresh contexts.",
      measure: "share",
      x: { by: "workers", title: "workers" },
      series: { by: "end", order: Object.keys(ENDS), labels: ENDS },
      panels: { by: "fix", order: Object.keys(FIX_NAMES), labels: FIX_NAMES },
      y: { title: "page loads", scale: "share" },
    },
    {
      id: "refused",
      title: "Pages of which at least one request was refused",
      subtitle: "Share of loads, as the page itself counts them.",
      measure: "refused",
      x: { by: "workers", title: "workers" },
      series: { by: "fix", order: Object.keys(FIX_NAMES), labels: FIX_NAMES },
      y: { title: "page loads", scale: "share" },
    },
  ],
  notes: [
    "The chat's own page says how it ends: connected or not, and by which transport. A page that has no WebSocket is looked at again when its time is over.",
    "A browser keeps connections open and uses them again, so that several requests in a row may meet one worker: it fails less surely than a Node client, and less plainly.",
    "The workers run under pm2 in cluster mode, from the solutions of the steps, with no more changed than their number; with the adapter only, step 6 whose clients and server take any transport.",
    `Sticky sessions are the same, in fork mode on ports of their own, with nginx and a cookie before them: \`checks/ablation/nginx.conf\`, which has ${WORKERS} ports.`,
  ],
  design: (size) => {
    const { workers, fixes, rounds, loads, atOnce, within } = AMOUNTS[size];
    return {
      rounds,
      places: workers.flatMap((count) =>
        fixes
          .filter((fix) => fix !== "sticky" || count <= WORKERS)
          .map((fix) => ({ fix, workers: count })),
      ),
      varied: [
        `workers ${workers.join(", ")}`,
        `fix: ${fixes.map((fix) => FIX_NAMES[fix]).join(", ")}`,
      ],
      held: [
        `${loads} loads in each round, ${atOnce} at the same time, each without cache, cookies or open connections`,
        `${within / 1000} s for each`,
      ],
    };
  },
  open,
};

async function open({ run, size }: Bench): Promise<Session> {
  const amount = AMOUNTS[size];
  const stage = await openAblationStage(run);
  const chromium = await stage.browser();
  return {
    visit: (at) =>
      stage.play(
        FIXES[at.fix as Fix],
        (url) => loadPages(chromium, url, at, amount),
        Number(at.workers),
      ),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

/** Loads pages, several at the same time, and counts how they end. */
async function loadPages(
  chromium: Browser,
  url: string,
  at: Place,
  { loads, atOnce, within }: Amount,
): Promise<Found[]> {
  const seen: Seen[] = [];
  startLag();
  const groups = Math.ceil(loads / atOnce);
  for (const count of shares(loads, groups)) {
    const group = Array.from({ length: count }, () => loadPage(chromium, url, within));
    seen.push(...(await Promise.all(group)));
  }
  // Nothing is timed. On a machine so busy that pages have half of their time only, how they end would say
  // nothing of handshakes.
  const judged = judge(stopLag(), { p99: within / 8, max: within / 2 });
  const ends = (Object.keys(ENDS) as End[]).map((end) => ({
    measure: "share",
    at: { ...at, end },
    samples: seen.map((page) => Number(page.end === end)),
    ...judged,
  }));
  const refused = seen.map((page) => Number(page.refused > 0));
  return [...ends, { measure: "refused", at, samples: refused, ...judged }];
}

interface Seen {
  end: End;
  refused: number;
}

/** Loads the page, and looks at it until it has a WebSocket, or its time is over. */
async function loadPage(chromium: Browser, url: string, within: number): Promise<Seen> {
  const context = await chromium.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "commit" });
    const read = (id: string, name: string) =>
      page.locator(`[data-testid="${id}"]`).getAttribute(name);
    const look = async () => {
      const isConnected = (await read("state", "data-state")) === "connected";
      return {
        transport: isConnected ? await read("transport", "data-transport") : undefined,
        refused: Number(await read("refused", "data-count")),
      };
    };
    await page
      .waitForSelector('[data-testid="transport"][data-transport="websocket"]', { timeout: within })
      // Its time is over: then it is looked at as it is.
      .catch(() => {});
    const { transport, refused } = await look();
    const isPolling = transport === "polling";
    return {
      end: transport === "websocket" ? "websocket" : isPolling ? "polling" : "none",
      refused,
    };
  } finally {
    await context.close();
  }
}
