import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Broken } from "../../solutions/07-share-the-handshake/tunnel.ts";
import { until } from "../../workshop/stage/until.ts";
import { bytesOf, closing, framesOf, pour, quiet, wire } from "./wire.ts";

describe("an end of a tunnel", () => {
  test("that is destroyed before it has opened sends nothing", async () => {
    const both = wire();

    both.edge.write("hello");
    both.edge.destroy();
    await quiet(both);

    expect(both.sent).toEqual([]);
    expect(both.edge.closed).toBe(true);
  });

  test("that is destroyed sends what it may, and says that it is over", async () => {
    const { edge, owner } = wire();
    const arrived = buffer(owner);
    edge.write("hello ");
    await turn();

    edge.write("bye");
    edge.destroy();

    expect((await arrived).toString()).toBe("hello bye");
  });

  test.for(["edge", "owner"] as const)(
    "is closed when the %s has ended it and all is read",
    async (by) => {
      const { edge, owner } = wire();
      const closed = Promise.all([closing(edge.resume()), closing(owner.resume())]);
      edge.write("hello");
      await turn();

      (by === "edge" ? edge : owner).end("bye");

      await closed;
      expect([edge.errored, owner.errored]).toEqual([null, null]);
    },
  );

  test("is closed when both have ended it at once", async () => {
    const { edge, owner } = wire();
    const closed = Promise.all([closing(edge.resume()), closing(owner.resume())]);
    edge.write("hello");
    await turn();
    await turn();

    edge.end("bye");
    owner.end("bye");

    await closed;
    expect([edge.errored, owner.errored]).toEqual([null, null]);
  });

  test("does not wait for credit that cannot come any more", async () => {
    const both = wire();
    pour(both.edge, bytesOf(1_000_000));
    await quiet(both);
    const closed = closing(both.edge.resume());

    both.owner.destroy();

    await closed;
    expect(both.edge.errored).toBeNull();
  });

  test("sends nothing after it is over, whatever is written", async () => {
    const both = wire();
    both.edge.write("hello");
    await quiet(both);
    both.owner.destroy();
    await quiet(both);
    const before = both.sent.length;

    both.edge.write("too late");
    both.edge.end();
    await quiet(both);

    expect(both.sent).toHaveLength(before);
  });

  test("says that it accepts, unless it has answered already", async () => {
    const silent = wire();
    const talkative = wire();
    for (const both of [silent, talkative]) both.edge.write("hello");
    await quiet(silent);
    talkative.owner.write("hi");
    await quiet(talkative);

    for (const both of [silent, talkative]) both.owner.accept();

    expect(framesOf(silent, "owner").map(({ data }) => data.toString())).toEqual([""]);
    expect(framesOf(talkative, "owner").map(({ data }) => data.toString())).toEqual(["hi"]);
  });

  test("hears once that the other has accepted", async () => {
    const both = wire();
    let accepted = 0;
    both.edge.on("accept", () => (accepted += 1));
    both.edge.write("hello");
    await quiet(both);

    both.owner.accept();
    await quiet(both);
    both.owner.write("hi");
    await quiet(both);

    expect(accepted).toBe(1);
  });

  test("keeps its errors to itself where nobody listens to them", async () => {
    const { edge } = wire();

    edge.destroy(new Broken("nobody is there"));

    await until(
      () => edge.closed,
      (closed) => closed,
      { within: 1000, otherwise: () => new Error("It is still open.") },
    );
    expect(edge.errored?.message).toBe("nobody is there");
  });
});
