import type { Run } from "../../workshop/stage/run.ts";
import { until } from "../../workshop/stage/until.ts";
import type { Trace } from "../../workshop/trace/collector.ts";
import { launchCluster } from "../cluster/cluster.ts";
import type { Found } from "../frame/experiment.ts";
import type { Pool } from "../load/pool.ts";

/** Until when requests are counted, of which clients. */
export const OUTCOMES = {
  default: "default, until connected",
  upgraded: "default, until on WebSocket",
  polling: "polling only, until connected",
  websocket: "WebSocket only, until connected",
};

const CLIENTS: Readonly<Record<keyof typeof OUTCOMES, { transports: string[]; upgrade: boolean }>> =
  {
    // An upgrade is no part of it: a client whose upgrade is refused stays connected by polling.
    default: { transports: ["polling", "websocket"], upgrade: false },
    upgraded: { transports: ["polling", "websocket"], upgrade: true },
    polling: { transports: ["polling"], upgrade: false },
    websocket: { transports: ["websocket"], upgrade: false },
  };

/** How many clients of each kind are counted. */
const COUNTED = 5;
const WITHIN = 10_000;

/**
 * Counts, in the workshop's trace of a single worker, which requests a client has needed until it is
 * connected: those that were answered by then. What comes after that, a poll, is not answered before
 * there is something to be told.
 */
export async function countRequests(run: Run, pool: Pool, round: number): Promise<Found[]> {
  const design = { handshake: "none", carrier: "none" } as const;
  const name = `traced-${round}`;
  await using cluster = await launchCluster(run, { name, design, workers: 1, isTraced: true });
  const { url } = cluster;
  const found: Found[] = [];
  for (const [outcome, options] of Object.entries(CLIENTS)) {
    const [before] = await cluster.report();
    const samples: number[] = [];
    while (samples.length < COUNTED) {
      const sid = await pool.ask("stay", { url, ...options });
      const trace = await everythingUntilNow(url, () => cluster.trace());
      samples.push(trace.of(sid ?? "").filter(({ status }) => status > 0 && status < 400).length);
    }
    const [after] = await cluster.report();
    await pool.ask("depart");
    found.push({ measure: "k", at: { outcome }, samples });
    if (!before || !after) continue;
    const requests = after.engineRequests - before.engineRequests;
    const connections = after.connections - before.connections;
    found.push({ measure: "perConnection", at: { outcome }, samples: [requests / connections] });
  }
  return found;
}

let marks = 0;

/** A worker reports in order: when it has told of a request of ours, it has told of all before. */
async function everythingUntilNow(url: string, read: () => Promise<Trace>): Promise<Trace> {
  const path = `/mark-${(marks += 1)}`;
  await fetch(url + path);
  return until(
    read,
    ({ events }) => events.some((event) => event.kind === "request" && event.path === path),
    { within: WITHIN, otherwise: () => new Error("The trace tells nothing of a request.") },
  );
}
