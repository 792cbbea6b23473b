import { readFileSync } from "node:fs";
import type { TracedRequest, WorkerId } from "../../trace/events.ts";
import { tracedRequest } from "../../testing/requests.ts";
import type { LensEvent, LensSnapshot } from "./messages.ts";

/** What was recorded of a step's solution: see record.ts. For tests. */
export function recorded(step: 3 | 6 | 7 | 9): LensSnapshot {
  const file = new URL(`fixtures/step-${step}.json`, import.meta.url);
  const snapshot: LensSnapshot = JSON.parse(readFileSync(file, "utf8"));
  return snapshot;
}

export const workerAt = (instance: number, pid = 1_000 + instance): WorkerId => ({ instance, pid });

/** A request to Socket.IO that was answered with 200; but for what is said otherwise. For tests. */
export function requestBy(
  worker: WorkerId,
  what: Partial<TracedRequest> = {},
): TracedRequest & { kind: "request" } {
  return { ...tracedRequest({ at: 1_000, worker, ...what }), kind: "request" };
}

/** The same as an event of the lens. */
export function eventOf(
  n: number,
  event: LensEvent["event"],
  owner?: WorkerId | undefined,
): LensEvent {
  return { n, when: event.at, event, owner };
}
