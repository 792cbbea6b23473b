import { describe, expect, test } from "vitest";
import { factOf } from "../../lens/facts.ts";
import { eventOf, requestBy, workerAt } from "../../lens/recorded.ts";
import { Timeline } from "./timeline.ts";

/** A timeline with requests that were over at these moments. */
function timelineOf(...moments: number[]): Timeline {
  const timeline = new Timeline();
  for (const [index, at] of moments.entries()) {
    timeline.add(factOf(eventOf(index + 1, requestBy(workerAt(0), { at }))));
  }
  return timeline;
}

describe("the timeline", () => {
  test("stands each event to the right of the one before, even at the same moment", () => {
    const places = timelineOf(10, 10, 10).items.map(({ x }) => x);

    expect(places).toEqual([1, 2, 3]);
  });

  test("widens a gap by the time that has passed, but never far", () => {
    const [one = 0, soon = 0, late = 0] = timelineOf(0, 500, 3_600_500).items.map(({ x }) => x);

    expect(soon - one).toBeGreaterThan(1);
    expect(late - soon).toBeGreaterThan(soon - one);
    expect(late - soon).toBeLessThan(4);
  });

  test("says where nothing happened for a while, and how long", () => {
    expect(timelineOf(0, 200, 5_200).items.map(({ pause }) => pause)).toEqual([
      undefined,
      undefined,
      5_000,
    ]);
  });

  test("knows where a moment lies between two events", () => {
    const timeline = timelineOf(0, 10, 20);

    expect(timeline.placeAt(10)).toBe(2);
    expect(timeline.placeAt(15)).toBeCloseTo(2.5);
    expect(timeline.placeAt(99)).toBe(3);
  });

  test("gives what lies in a stretch, and what lies nearest", () => {
    const timeline = timelineOf(0, 0, 0, 0, 0);

    expect(timeline.between(2, 4).map(({ fact }) => fact.n)).toEqual([2, 3]);
    expect(timeline.nearest(3.6)?.fact.n).toBe(4);
  });

  test("forgets the oldest without moving the others", () => {
    const timeline = timelineOf(0, 0, 0, 0);
    const before = timeline.placeOf(3)?.x;

    timeline.forget(3);

    expect(timeline.items.map(({ fact }) => fact.n)).toEqual([3, 4]);
    expect(timeline.placeOf(3)?.x).toBe(before);
    expect(timeline.placeOf(1)).toBeUndefined();
  });
});
