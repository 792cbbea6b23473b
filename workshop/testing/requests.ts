import type { TracedRequest, WorkerId } from "../trace/events.ts";

/** A worker as the trace names it. */
export const worker = (instance: number): WorkerId => ({ instance, pid: 1000 + instance });

/** A traced request; what a test does not name is a polling GET that was answered. */
export function tracedRequest(what: Partial<TracedRequest> = {}): TracedRequest {
  return {
    kind: "request",
    at: 0,
    worker: worker(0),
    method: "GET",
    path: "/socket.io/",
    upgrade: false,
    transport: "polling",
    status: 200,
    ms: 1,
    ...what,
  };
}
