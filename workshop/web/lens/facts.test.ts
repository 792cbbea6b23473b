import { describe, expect, test } from "vitest";
import { factOf, sentenceOf } from "./facts.ts";
import { eventOf, requestBy, workerAt } from "./recorded.ts";

const [owner, other] = [workerAt(2), workerAt(0)];
const refusal = {
  sid: "abcdefgh",
  method: "POST",
  status: 400,
  code: 1,
  message: "Session ID unknown",
};

describe("a fact", () => {
  test("of a refused request names what was said and the owner of the session", () => {
    const fact = factOf(eventOf(1, requestBy(other, refusal), owner));

    expect(fact).toMatchObject({
      lane: "w0",
      ownerLane: "w2",
      shape: "post",
      tone: "refused",
      isForeign: true,
      says: "Session ID unknown · worker 2 owns it",
    });
    expect(sentenceOf(fact)).toBe(
      "worker 0 refuses POST polling of session abcdef with 400: Session ID unknown; " +
        "the session belongs to worker 2",
    );
  });

  test("of a session whose process is gone does not call its successor the owner", () => {
    const fact = factOf(eventOf(1, requestBy(workerAt(2, 77), refusal), owner));

    expect(fact.isForeign).toBe(false);
    expect(fact.says).toBe("Session ID unknown · it was the session of pid 1002, which is gone");
  });

  test("of the request that opens a session has its answerer as the owner", () => {
    const fact = factOf(eventOf(1, requestBy(owner, { opened: "abcdefgh" })));

    expect(fact).toMatchObject({ tone: "opened", sid: "abcdefgh", owner, isForeign: false });
    expect(sentenceOf(fact)).toBe("worker 2 answers GET polling with 200 and opens abcdef");
  });

  test.each([
    ["get", requestBy(owner)],
    ["post", requestBy(owner, { method: "POST" })],
    ["upgrade", requestBy(owner, { upgrade: true, transport: "websocket", status: 101 })],
    ["other", requestBy(owner, { transport: undefined, path: "/chat.css" })],
  ])("tells a %s by its shape", (shape, request) => {
    expect(factOf(eventOf(1, request)).shape).toBe(shape);
  });

  test("of a request whose client went away is neither good nor bad", () => {
    const fact = factOf(eventOf(1, requestBy(owner, { sid: "abcdefgh", status: 0 }), owner));

    expect(fact.tone).toBe("gone");
    expect(sentenceOf(fact)).toContain("the client went away");
  });

  test("of a command stands in the lane of Redis, in the colour of who has sent it", () => {
    const fact = factOf(
      eventOf(1, {
        kind: "command",
        at: 1,
        worker: owner,
        command: "PUBLISH",
        channel: "chat:said",
        bytes: 118,
        received: 4,
      }),
    );

    expect(fact).toMatchObject({ lane: "redis", shape: "publish", worker: owner });
    expect(fact.says).toBe("chat:said · 118 bytes, 4 received it");
  });
});
