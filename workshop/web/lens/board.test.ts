import { describe, expect, test } from "vitest";
import { Board, MissingEvents } from "./board.ts";
import type { LensSnapshot } from "./messages.ts";
import { eventOf, recorded, requestBy, workerAt } from "./recorded.ts";

/** A board on which all is that was recorded. */
function boardOf(snapshot: LensSnapshot, keep?: number): Board {
  const board = new Board(keep);
  board.fill(snapshot);
  return board;
}

describe("the board", () => {
  test("has a lane for each worker that the step will have, before any of them is heard of", () => {
    const board = boardOf({ ...recorded(3), events: [] });

    expect(board.lanes.map(({ name }) => name)).toEqual([
      "worker 0",
      "worker 1",
      "worker 2",
      "worker 3",
    ]);
  });

  test("has Redis in the middle, and groups the workers by their hosts", () => {
    const board = boardOf(recorded(9));

    expect(board.lanes.map(({ name }) => name)).toEqual([
      "host a, worker 0",
      "host a, worker 1",
      "Redis",
      "host b, worker 0",
      "host b, worker 1",
    ]);
  });

  test("gives a worker beyond those a lane of its own", () => {
    const board = boardOf(recorded(3));
    const next = (board.last?.n ?? 0) + 1;

    board.add([eventOf(next, requestBy(workerAt(5)))]);

    expect(board.lanes.at(-1)?.name).toBe("worker 5");
  });

  test("loses no event: each that was recorded is a fact", () => {
    const { events } = recorded(7);
    const board = boardOf({ ...recorded(7), events: [] });

    for (let at = 0; at < events.length; at += 7) board.add(events.slice(at, at + 7));

    expect(board.facts.map(({ n }) => n)).toEqual(events.map(({ n }) => n));
  });

  test("says that events are missing rather than showing what follows them", () => {
    const board = boardOf(recorded(3));
    const next = (board.last?.n ?? 0) + 1;

    expect(() => board.add([eventOf(next + 1, requestBy(workerAt(0)))])).toThrow(MissingEvents);
  });

  test("passes over what it knows already", () => {
    const board = boardOf(recorded(3));
    const before = board.size;

    board.add(recorded(3).events);

    expect(board.size).toBe(before);
  });

  test("weaves all requests of a session into a thread that knows its owner", () => {
    const board = boardOf(recorded(3));
    const refused = board.facts.find(({ tone, isForeign }) => tone === "refused" && isForeign);

    const thread = board.thread(refused?.sid);

    expect(thread?.owner).toEqual(refused?.owner);
    expect(thread?.facts).toContain(refused);
    expect(new Set(thread?.facts.map(({ sid }) => sid))).toEqual(new Set([refused?.sid]));
  });

  test("counts what was refused once, in all and in each lane", () => {
    const board = boardOf(recorded(3));
    const refused = board.facts.filter(({ tone }) => tone === "refused").length;

    expect(board.totals.refused).toBe(refused);
    const lanes = [...board.totals.lanes.values()];
    expect(lanes.reduce((sum, lane) => sum + lane.refused, 0)).toBe(refused);
  });

  test("drops the oldest with their threads, and says so", () => {
    const { events } = recorded(3);
    const board = boardOf({ ...recorded(3), events: [] }, 20);

    board.add(events);

    expect(board.size).toBe(20);
    expect(board.dropped).toBe(events.length - 20);
    expect(board.facts[0]?.n).toBe(board.first);
    for (const { facts } of board.threads) {
      expect(Math.min(...facts.map(({ n }) => n))).toBeGreaterThanOrEqual(board.first);
    }
  });
});

describe("relays", () => {
  test.each([7, 9] as const)(
    "of step %i have both halves, of one session and one kind of request",
    (step) => {
      const board = boardOf(recorded(step));
      const owners = board.facts.filter(({ isRelayed, event }) => isRelayed && event.kind);

      const found = owners.flatMap((fact) => board.relays.of(fact) ?? []);

      expect(found.length).toBeGreaterThan(3);
      for (const { edge, owner } of found) {
        expect([edge.sid, edge.what]).toEqual([owner.sid, owner.what]);
        expect(edge.lane).not.toBe(owner.lane);
        expect(owner.lane).toBe(edge.ownerLane);
      }
    },
  );

  test("went over Redis: by a command of the one worker, and back by one of the other", () => {
    const board = boardOf(recorded(7));
    const relays = new Set(board.facts.flatMap((fact) => board.relays.of(fact) ?? []));

    const whole = [...relays].filter(({ forth, back }) => forth && back);

    expect(whole.length).toBeGreaterThan(3);
    for (const { edge, owner, forth, back } of whole) {
      expect(forth?.worker?.pid).toBe(edge.worker?.pid);
      expect(back?.worker?.pid).toBe(owner.worker?.pid);
    }
  });

  test("are none where nothing is relayed", () => {
    const board = boardOf(recorded(3));

    expect(board.facts.filter((fact) => board.relays.of(fact))).toEqual([]);
  });
});
