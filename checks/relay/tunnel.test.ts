import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Kind, WINDOW } from "../../solutions/07-share-the-handshake/frame.ts";
import { Broken, type Outgoing } from "../../solutions/07-share-the-handshake/tunnel.ts";
import { arrive, bytesOf, bytesSent, closing, framesOf, pour, quiet, wire } from "./wire.ts";

/** What a stream keeps for itself before it says that it is full, twice: of the writer and of the reader. */
const BUFFERS = 2 * 64 * 1024;

describe("bytes in a tunnel", () => {
  test.for(["edge", "owner"] as const)("go in order when the %s writes them", async (by) => {
    const { edge, owner } = wire();
    const [writer, reader] = by === "edge" ? [edge, owner] : [owner, edge];
    const bytes = bytesOf(5_000_000);
    const arrived = buffer(reader);

    pour(writer, bytes);
    writer.end();

    expect((await arrived).equals(bytes)).toBe(true);
  });

  test("go both ways at once", async () => {
    const { edge, owner } = wire();
    const [there, back] = [bytesOf(1_000_000), bytesOf(2_000_000)];
    const arrived = [arrive(owner, there.length), arrive(edge, back.length)];

    pour(edge, there);
    pour(owner, back);

    const [gotThere, gotBack] = await Promise.all(arrived);
    expect(gotThere?.equals(there)).toBe(true);
    expect(gotBack?.equals(back)).toBe(true);
  });

  test("go in one frame when they are written in one turn", async () => {
    const both = wire();

    both.edge.write("head ");
    both.edge.write("body ");
    process.nextTick(() => both.edge.write("end"));
    await quiet(both);

    expect(framesOf(both, "edge").map(({ kind }) => kind)).toEqual([Kind.Open]);
    expect(both.owner.read()?.toString()).toBe("head body end");
  });

  test("are all there before the end is", async () => {
    const { edge, owner } = wire();
    const arrived = buffer(owner);

    edge.write("the last ");
    edge.end("words");

    expect((await arrived).toString()).toBe("the last words");
  });

  test("take the end along in their frame", async () => {
    const both = wire();
    both.edge.write("hello");
    await quiet(both);

    both.edge.end("bye");
    await quiet(both);

    expect(framesOf(both, "edge").map(({ kind }) => kind)).toEqual([Kind.Open, Kind.End]);
  });
});

describe("a reader that does not read", () => {
  test("stops its writer after a window", async () => {
    const both = wire();

    pour(both.edge, bytesOf(5_000_000));
    await quiet(both);

    expect(bytesSent(both, "edge")).toBeGreaterThanOrEqual(WINDOW);
    expect(bytesSent(both, "edge")).toBeLessThan(WINDOW + BUFFERS);
    expect(both.edge.writableNeedDrain).toBe(true);
  });

  test("gets the rest when it reads again", async () => {
    const both = wire();
    const bytes = bytesOf(1_000_000);
    pour(both.edge, bytes);
    both.edge.end();
    await quiet(both);

    const arrived = await buffer(both.owner);

    expect(arrived.equals(bytes)).toBe(true);
  });

  test("gets no more than a window when it reads a little", async () => {
    const both = wire();
    pour(both.edge, bytesOf(5_000_000));
    await quiet(both);
    const before = bytesSent(both, "edge");

    both.owner.read(1000);
    await quiet(both);

    expect(bytesSent(both, "edge") - before).toBeLessThan(BUFFERS);
  });

  test("does not keep the other direction from flowing", async () => {
    const both = wire();
    pour(both.edge, bytesOf(1_000_000));
    await quiet(both);
    const arrived = arrive(both.edge, 500_000);

    pour(both.owner, bytesOf(500_000));

    expect((await arrived).equals(bytesOf(500_000))).toBe(true);
  });
});

describe("a frame", () => {
  test("that comes twice is taken once", async () => {
    const { edge, owner } = wire((frame) => [frame, frame]);
    const arrived = buffer(owner);

    for (const word of ["one ", "two ", "three"]) {
      edge.write(word);
      await turn();
    }
    edge.end();

    expect((await arrived).toString()).toBe("one two three");
  });

  test("that is missing breaks the tunnel, and nothing of what follows is read", async () => {
    const { edge, owner } = wire((frame) => (frame.number === 1 ? [] : [frame]));
    let read = "";
    owner.on("data", (data: Buffer) => (read += data.toString()));
    const closed = closing(owner);

    for (const word of ["one", "two", "three"]) {
      edge.write(word);
      await turn();
    }
    await closed;

    expect(owner.errored).toBeInstanceOf(Broken);
    expect(read).toBe("one");
  });

  test("that is overtaken breaks the tunnel", async () => {
    const late: Outgoing[] = [];
    const { edge, owner } = wire((frame) =>
      frame.number === 1 ? [void late.push(frame)].flatMap(() => []) : [frame, ...late.splice(0)],
    );
    const closed = closing(owner.resume());

    for (const word of ["one", "two", "three"]) {
      edge.write(word);
      await turn();
    }
    await closed;

    expect(owner.errored?.message).toBe("1 frames are missing");
  });

  test("with more bytes than were granted breaks the tunnel", async () => {
    const { edge, owner } = wire((frame) => [{ ...frame, data: Buffer.alloc(WINDOW + 1025) }]);
    const closed = closing(owner);

    edge.write("hello");
    await closed;

    expect(owner.errored?.message).toBe("more has come than was granted");
  });
});
