import { describe, expect, test } from "vitest";
import { makeFolder } from "../testing/folder.ts";
import { tracedRequest, worker } from "../testing/requests.ts";
import { Trace } from "./collector.ts";
import type { TraceEvent } from "./events.ts";

/** A trace of these requests, of workers that leave no record of their end. */
function traceOf(...events: TraceEvent[]): Trace {
  const trace = new Trace("");
  for (const event of events) trace.add(event);
  return trace;
}

const opens = (sid: string, instance: number) =>
  tracedRequest({ opened: sid, worker: worker(instance) });

describe("a trace", () => {
  test("knows the worker that opened a session", () => {
    const trace = traceOf(opens("ada", 1), opens("bob", 2));

    expect(trace.ownerOf("bob")).toEqual(worker(2));
  });

  test("knows no owner of a session that nobody opened", () => {
    const trace = traceOf(tracedRequest({ sid: "made-up", status: 400 }));

    expect([trace.ownerOf("made-up"), trace.ownerOf(undefined)]).toEqual([undefined, undefined]);
  });

  test("gives what belongs to one session, in the order of arrival", () => {
    const first = opens("ada", 0);
    const second = tracedRequest({ sid: "ada", method: "POST" });
    const trace = traceOf(first, opens("bob", 1), second, tracedRequest({ sid: "bob" }));

    expect(trace.of("ada")).toEqual([first, second]);
  });

  test("gives the Socket.IO requests without the page's files", () => {
    const poll = tracedRequest({ sid: "ada" });
    const file = tracedRequest({ path: "/chat.css", transport: undefined });

    expect(traceOf(file, poll).requests).toEqual([poll]);
  });

  test("gives the refused ones; a poll that was given up is none", () => {
    const refused = tracedRequest({ status: 400 });
    const trace = traceOf(tracedRequest(), tracedRequest({ status: 0 }), refused);

    expect(trace.refused).toEqual([refused]);
  });

  test("finds a request by the client's mark", () => {
    const marked = tracedRequest({ tag: "mine" });

    expect(traceOf(tracedRequest({ tag: "other" }), marked).tagged("mine")).toBe(marked);
  });

  test("finds one that was relayed as the worker saw it that the client met", () => {
    const edge = tracedRequest({ tag: "mine", worker: worker(1) });
    const owner = tracedRequest({ tag: "mine", relayed: true });

    expect(traceOf(owner, edge).tagged("mine")).toBe(edge);
    expect(traceOf(owner).tagged("mine")).toBeUndefined();
  });

  test("counts a refusal that was relayed once", () => {
    const edge = tracedRequest({ status: 400, worker: worker(1) });

    expect(traceOf(tracedRequest({ status: 400, relayed: true }), edge).refused).toEqual([edge]);
  });

  test("tells of each event as it comes", () => {
    const heard: TraceEvent[] = [];
    const trace = traceOf();
    trace.on("event", (event) => heard.push(event));
    const listening: TraceEvent = { kind: "listening", at: 0, worker: worker(0), port: 3000 };

    trace.add(listening);

    expect(heard).toEqual([listening]);
  });

  test("knows the owner of a session already when it tells of it", () => {
    const trace = traceOf();
    let owner: unknown;
    trace.on("event", () => (owner = trace.ownerOf("ada")));

    trace.add(opens("ada", 3));

    expect(owner).toEqual(worker(3));
  });

  test("forgets the oldest of very many, and keeps the newest", () => {
    const trace = traceOf();
    for (let count = 0; count < 25_000; count += 1) trace.add(tracedRequest({ at: count }));

    expect(trace.events.length).toBeLessThanOrEqual(20_000);
    expect(trace.events.at(-1)?.at).toBe(24_999);
  });
});

describe("the exits of workers", () => {
  test("are none while no worker has ended", () => {
    expect(new Trace("/nowhere/exits.ndjson").exits()).toEqual([]);
  });

  test("are read anew each time, without a line that is still being written", () => {
    const exit = (code: number) => ({ at: 1, worker: worker(0), code });
    using folder = makeFolder();
    const file = folder.write("exits.ndjson", `${JSON.stringify(exit(0))}\n`);
    const trace = new Trace(file);
    trace.exits();

    folder.write("exits.ndjson", `${JSON.stringify(exit(0))}\n${JSON.stringify(exit(1))}\n{"at":`);

    expect(trace.exits()).toEqual([exit(0), exit(1)]);
  });
});
