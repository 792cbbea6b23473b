import { beforeEach, describe, expect, test } from "vitest";
import type { TracedRequest } from "../trace/events.ts";
import { Tally } from "./tally.ts";

const PID = 41_203;
let now = 0;
let tally: Tally;

beforeEach(() => {
  now = 1_000_000;
  tally = new Tally(() => now);
});

function request(like: Partial<TracedRequest>): TracedRequest {
  return {
    kind: "request",
    at: now,
    worker: { instance: 0, pid: PID },
    method: "GET",
    path: "/socket.io/",
    upgrade: false,
    transport: "polling",
    status: 200,
    ms: 1,
    ...like,
  };
}

describe("a client", () => {
  test("counts from the request that opens its session, at the worker that owns it", () => {
    tally.hear(request({ opened: "one" }));
    tally.hear(request({ sid: "one", worker: { instance: 1, pid: PID + 1 }, status: 400 }));

    expect([tally.clients(PID), tally.clients(PID + 1)]).toEqual([1, 0]);
  });

  test("has gone when it says so, when its WebSocket ends, and when its worker does", () => {
    for (const sid of ["one", "two", "three"]) tally.hear(request({ opened: sid }));

    tally.hear(
      request({ sid: "one", method: "POST", raw: { request: "POST /\r\n\r\n1", response: "" } }),
    );
    tally.hear({ kind: "gone", at: now, worker: { instance: 0, pid: PID }, sid: "two" });
    const left = tally.clients(PID);
    tally.ended((pid) => pid !== PID);

    expect([left, tally.clients(PID)]).toEqual([1, 0]);
  });

  test("that polls has gone when nothing is heard of it; on a WebSocket it may be silent", () => {
    tally.hear(request({ opened: "polls" }));
    tally.hear(request({ opened: "upgraded" }));
    tally.hear(request({ sid: "upgraded", upgrade: true, status: 101 }));
    now += 60_000;

    expect(tally.clients(PID)).toBe(1);
  });
});

test("the rate has a number for each of the last 30 seconds", () => {
  tally.hear(request({}));
  tally.hear(request({}));
  now += 1_000;
  tally.hear(request({}));

  const rate = tally.rate(PID);

  expect(rate).toHaveLength(30);
  expect(rate.slice(-3)).toEqual([0, 2, 1]);
});
