import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { steps } from "../../catalog.ts";
import type { WorkerId } from "../../trace/events.ts";
import { Lens } from "./lens.ts";
import { KEPT, type LensBatch } from "./messages.ts";
import { requestBy, workerAt } from "./recorded.ts";

const [owner, other] = [workerAt(0), workerAt(1)];
const noOwners = { ownerOf: () => undefined };

/** A lens, and all that it has sent. */
function openLens() {
  const batches: LensBatch[] = [];
  const lens = new Lens((batch) => batches.push(batch));
  const sent = () => batches.flatMap(({ events }) => events);
  return { lens, batches, sent };
}

const step = steps.find(({ number }) => number === 3) ?? steps[0];
if (!step) throw new Error("There are no steps.");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the lens on the server", () => {
  test("puts events into the order in which they were over, whatever way they came", () => {
    const { lens, sent } = openLens();

    lens.hear(requestBy(owner, { at: 100, ms: 90, method: "GET" }), noOwners);
    lens.hear(requestBy(other, { at: 150, ms: 1, method: "POST" }), noOwners);
    vi.advanceTimersByTime(1_000);

    expect(sent().map(({ n, when }) => ({ n, when }))).toEqual([
      { n: 1, when: 151 },
      { n: 2, when: 190 },
    ]);
  });

  test("numbers them without a gap, from batch to batch", () => {
    const { lens, batches, sent } = openLens();

    for (let count = 0; count < 20; count += 1) {
      lens.hear(requestBy(owner, { at: count }), noOwners);
      vi.advanceTimersByTime(70);
    }
    vi.advanceTimersByTime(1_000);

    expect(batches.length).toBeGreaterThan(5);
    expect(sent().map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  test("names the owner of a session that is heard of before the request that opened it", () => {
    const { lens, sent } = openLens();
    const owners = new Map<string, WorkerId>();
    const trace = { ownerOf: (sid: string | undefined) => owners.get(sid ?? "") };

    lens.hear(requestBy(other, { sid: "mine", status: 400 }), trace);
    owners.set("mine", owner);
    vi.advanceTimersByTime(1_000);

    expect(sent()[0]?.owner).toEqual(owner);
  });

  test("keeps the latest 5,000 for whoever comes later, and says how many went before", () => {
    const { lens } = openLens();
    lens.begin({ run: 4, step });

    for (let at = 0; at < KEPT + 12; at += 1) lens.hear(requestBy(owner, { at }), noOwners);
    vi.advanceTimersByTime(1_000);

    const { run, events, dropped, step: about } = lens.snapshot();
    expect({ run, dropped, kept: events.length, first: events[0]?.n }).toEqual({
      run: 4,
      dropped: 12,
      kept: 5_000,
      first: 13,
    });
    expect(about).toMatchObject({ number: 3, workers: 4 });
  });

  test("forgets all when a session begins, and tells the pages to", () => {
    const { lens, batches } = openLens();
    lens.hear(requestBy(owner), noOwners);
    vi.advanceTimersByTime(1_000);

    lens.begin({ run: 5, step });

    expect(batches.at(-1)).toEqual({ run: 5, events: [], isCleared: true });
    expect(lens.snapshot()).toMatchObject({ run: 5, events: [], dropped: 0 });
  });

  test("tells what was done to the app among what happened in it", () => {
    const { lens, sent } = openLens();

    lens.hear(requestBy(owner, { at: 300 }), noOwners);
    lens.note({ at: 200, kind: "bad", text: "worker 1 is killed" });
    vi.advanceTimersByTime(1_000);

    expect(sent().map(({ event }) => event.kind)).toEqual(["note", "request"]);
    expect(sent()[0]?.event).toMatchObject({ text: "worker 1 is killed", tone: "bad" });
  });

  test("shows no cookie and no key of what was said word for word", () => {
    const { lens, sent } = openLens();
    const request =
      "GET / HTTP/1.1\r\nCookie: workbench_4000=secret\r\nAuthorization: Basic secret\r\n";
    const response = "HTTP/1.1 200 OK\r\nset-cookie: io=secret\r\nDate: today\r\n";

    lens.hear(requestBy(owner, { raw: { request, response } }), noOwners);
    vi.advanceTimersByTime(1_000);

    const raw = JSON.stringify(sent()[0]?.event);
    expect(raw).not.toContain("secret");
    expect(raw).toContain("Cookie: (not shown)");
    expect(raw).toContain("Date: today");
  });

  test("sends nothing more after its end", () => {
    const { lens, batches } = openLens();
    lens.hear(requestBy(owner), noOwners);

    lens[Symbol.dispose]();
    vi.advanceTimersByTime(1_000);

    expect(batches).toEqual([]);
  });
});
