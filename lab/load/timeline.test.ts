import { describe, expect, test } from "vitest";
import { isServedSince, tollOf, unservedFor, type Moment } from "./timeline.ts";

const STRUCK = 10_000;

/** Acknowledged at each of these times, 10 ms after it was said. */
function acknowledged(...times: number[]): Moment[] {
  return times.map((at) => ({ at, kind: "acknowledged", said: at - 10 }));
}
const disconnected = (at: number): Moment => ({ at, kind: "disconnected" });
const failed = (at: number, said: number): Moment => ({ at, kind: "failed", said });

/** Somebody of whom the fault takes no notice: something is acknowledged every 200 ms. */
function untouched(from: number, to: number): Moment[] {
  return acknowledged(...Array.from({ length: (to - from) / 200 }, (_, at) => from + at * 200));
}

describe("a fault", () => {
  test("does not hit who is answered all the time", () => {
    expect(unservedFor(untouched(9_000, 14_000), STRUCK)).toBeUndefined();
  });

  test("is not over for what was acknowledged on the way to it", () => {
    // A kill: what was under way when the order was given is answered, and then the worker is gone.
    const moments = [
      ...acknowledged(9_900, 10_003),
      disconnected(10_020),
      ...acknowledged(10_450, 10_650),
    ];

    expect(unservedFor(moments, STRUCK)).toBe(450);
  });

  test("does not count what was troubled before it", () => {
    const moments = [disconnected(9_500), ...acknowledged(9_900, 10_100, 10_300)];

    expect(unservedFor(moments, STRUCK)).toBeUndefined();
  });

  test("that is a reload lasts until the clients of the last worker are back", () => {
    const first = [
      ...acknowledged(9_900),
      disconnected(10_300),
      ...acknowledged(10_800, 11_000),
      ...untouched(11_200, 18_000),
    ];
    // It is answered for four seconds, and only then its worker goes.
    const last = [
      ...untouched(9_000, 14_000),
      disconnected(14_000),
      ...acknowledged(14_500),
      ...untouched(14_700, 18_000),
    ];

    expect(tollOf([first, last, untouched(9_000, 18_000)], STRUCK)).toEqual({
      hit: 2,
      back: 4_500,
    });
  });

  test("that hits somebody twice lasts until the second time", () => {
    const moments = [
      disconnected(10_300),
      ...acknowledged(10_800),
      disconnected(12_000),
      ...acknowledged(12_700, 12_900),
    ];

    expect(unservedFor(moments, STRUCK)).toBe(2_700);
  });

  test("that is a freeze lasts until what is said is answered again", () => {
    const moments = [
      ...acknowledged(9_950),
      failed(11_600, 10_100),
      failed(13_100, 11_600),
      ...acknowledged(14_020, 14_220),
    ];

    expect(unservedFor(moments, STRUCK)).toBe(4_020);
  });

  test("lasts until an answer that was late in coming", () => {
    const late: Moment = { at: 11_400, kind: "acknowledged", said: 10_050 };

    expect(unservedFor([...acknowledged(9_950), late, ...acknowledged(11_600)], STRUCK)).toBe(
      1_400,
    );
  });

  test("is never over for who is not answered again", () => {
    const gone = [...acknowledged(9_950), disconnected(10_020), failed(11_600, 10_100)];

    expect(tollOf([untouched(9_000, 50_000), gone], STRUCK)).toEqual({ hit: 1, back: Infinity });
  });

  test("that hits nobody is over at once", () => {
    expect(tollOf([untouched(9_000, 14_000)], STRUCK)).toEqual({ hit: 0, back: 0 });
  });
});

describe("a client", () => {
  test("is served when it was answered what it has said since", () => {
    expect(isServedSince(acknowledged(9_900, 10_100), STRUCK)).toBe(true);
    // It had said that before.
    expect(isServedSince(acknowledged(10_005), STRUCK)).toBe(false);
  });

  test("is not served while it is in trouble, or has seen nothing yet", () => {
    expect(isServedSince([...acknowledged(10_100), disconnected(10_200)], STRUCK)).toBe(false);
    expect(isServedSince([], STRUCK)).toBe(false);
  });
});
