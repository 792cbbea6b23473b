import { describe, expect, test } from "vitest";
import { EventBuffer } from "./buffer.ts";
import { KEPT } from "./messages.ts";
import { eventOf, requestBy, workerAt } from "./recorded.ts";

const event = (n: number) => eventOf(n, requestBy(workerAt(0), { at: n }));

/** A buffer to which so many events were added. */
function filled(count: number, keep?: number): EventBuffer {
  const buffer = new EventBuffer(keep);
  for (let n = 1; n <= count; n += 1) buffer.add(event(n));
  return buffer;
}

describe("the buffer", () => {
  test("keeps the latest 5,000 events unless it is told otherwise", () => {
    const buffer = filled(KEPT + 1);

    expect(buffer.size).toBe(5_000);
    expect(buffer.events.length).toBe(5_000);
  });

  test("drops the oldest, and says how many it has dropped", () => {
    const buffer = filled(137, 100);

    expect(buffer.dropped).toBe(37);
    expect(buffer.first?.n).toBe(38);
    expect(buffer.last?.n).toBe(137);
    expect(buffer.events.map(({ n }) => n)).toEqual(
      Array.from({ length: 100 }, (_, at) => 38 + at),
    );
  });

  test("has dropped nothing as long as there is room", () => {
    const buffer = filled(100, 100);

    expect([buffer.dropped, buffer.size]).toEqual([0, 100]);
  });

  test("begins with what another has kept, and counts on from what that one has dropped", () => {
    const buffer = new EventBuffer(10);

    buffer.fill(filled(30, 20).events, 10);
    buffer.add(event(31));

    expect(buffer.events.map(({ n }) => n)).toEqual([22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
    expect(buffer.dropped).toBe(21);
  });

  test("is empty after it was cleared", () => {
    const buffer = filled(30, 20);

    buffer.clear();

    expect([buffer.size, buffer.dropped, buffer.first, buffer.last]).toEqual([
      0,
      0,
      undefined,
      undefined,
    ]);
  });
});
