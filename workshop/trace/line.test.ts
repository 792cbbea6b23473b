import { describe, expect, test } from "vitest";
import { tracedRequest, worker } from "../testing/requests.ts";
import { Trace } from "./collector.ts";
import { fit, line, shortSid } from "./line.ts";

const SID = "u3KxQaVbT9";

/** A trace in which worker 0 has opened the session. */
function openedByWorker0(): Trace {
  const trace = new Trace("");
  trace.add(tracedRequest({ opened: SID, worker: worker(0) }));
  return trace;
}

describe("a request in one line", () => {
  test("that opens a session says which", () => {
    const request = tracedRequest({ opened: SID, worker: worker(2) });

    expect(line(request, openedByWorker0())).toBe(
      "worker 2  GET   polling    sid –       200  opens u3KxQa",
    );
  });

  test("that is refused says why, and who owns the session", () => {
    const request = tracedRequest({
      method: "POST",
      sid: SID,
      worker: worker(1),
      status: 400,
      code: 1,
      message: "Session ID unknown",
    });

    expect(line(request, openedByWorker0())).toBe(
      "worker 1  POST  polling    sid u3KxQa  400  Session ID unknown  · worker 0 owns it",
    );
  });

  test("that its session's owner refuses says that the session has ended", () => {
    const request = tracedRequest({ sid: SID, status: 400, message: "Session ID unknown" });

    expect(line(request, openedByWorker0())).toBe(
      "worker 0  GET   polling    sid u3KxQa  400  Session ID unknown  · its session has ended",
    );
  });

  test("that its session's owner refuses for another reason says nothing of the session", () => {
    const request = tracedRequest({ method: "POST", sid: SID, status: 413 });

    expect(line(request, openedByWorker0())).toBe("worker 0  POST  polling    sid u3KxQa  413");
  });

  test("that is answered well for another's session says who has answered", () => {
    const request = tracedRequest({ method: "POST", sid: SID, worker: worker(1) });

    expect(line(request, openedByWorker0())).toBe(
      "worker 1  POST  polling    sid u3KxQa  200  · worker 0 answered",
    );
  });

  test("that becomes another's WebSocket says so, too", () => {
    const upgrade = { upgrade: true, transport: "websocket", status: 101 };
    const request = tracedRequest({ ...upgrade, sid: SID, worker: worker(3) });

    expect(line(request, openedByWorker0())).toBe(
      "worker 3  WS    websocket  sid u3KxQa  101  · worker 0 answered",
    );
  });

  test("that came through another worker says that", () => {
    const request = tracedRequest({ sid: SID, relayed: true });

    expect(line(request, openedByWorker0())).toBe(
      "worker 0  GET   polling    sid u3KxQa  200  · through another worker",
    );
  });

  test("that came through another worker and is refused says both", () => {
    const unknown = { status: 400, message: "Session ID unknown" };
    const request = tracedRequest({ ...unknown, sid: SID, relayed: true });

    expect(line(request, openedByWorker0())).toBe(
      "worker 0  GET   polling    sid u3KxQa  400  Session ID unknown  · its session has ended, through another worker",
    );
  });

  test("that came through another worker, and whose client went away, says both", () => {
    const request = tracedRequest({ sid: SID, status: 0, relayed: true });

    expect(line(request, openedByWorker0())).toBe(
      "worker 0  GET   polling    sid u3KxQa  the client went away  · through another worker",
    );
  });

  test("of a session that nobody opened names no owner", () => {
    const request = tracedRequest({ sid: "made-up", status: 400, message: "Session ID unknown" });

    expect(line(request, openedByWorker0())).toBe(
      "worker 0  GET   polling    sid made-u  400  Session ID unknown",
    );
  });

  test("that becomes a WebSocket is called WS", () => {
    const request = tracedRequest({ upgrade: true, transport: "websocket", sid: SID, status: 101 });

    expect(line(request, openedByWorker0())).toBe("worker 0  WS    websocket  sid u3KxQa  101");
  });

  test("whose client went away says so, and no status", () => {
    const request = tracedRequest({ sid: SID, status: 0 });

    expect(line(request, openedByWorker0())).toBe(
      "worker 0  GET   polling    sid u3KxQa  the client went away",
    );
  });
});

describe("where an app runs on several hosts", () => {
  const trace = new Trace("");
  trace.add(tracedRequest({ opened: SID, worker: { ...worker(0), host: "a" } }));
  const request = tracedRequest({
    sid: SID,
    worker: { ...worker(1), host: "b" },
    status: 400,
    message: "Session ID unknown",
  });

  test("a worker is called by its host, too, and so is the owner of a session", () => {
    expect(line(request, trace)).toBe(
      "host b, worker 1  GET   polling    sid u3KxQa  400  Session ID unknown  · host a, worker 0 owns it",
    );
  });

  test("a narrow terminal has both in short", () => {
    expect(fit(line(request, trace), 60)[0]).toMatch(/^b w1 GET u3KxQa 400/);
  });
});

test("a session id is shortened so that sessions can be told apart", () => {
  expect([shortSid(SID), shortSid(undefined), shortSid("")]).toEqual(["u3KxQa", "–", "–"]);
});
