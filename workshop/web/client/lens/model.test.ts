import { describe, expect, test } from "vitest";
import type { LensEvent, LensSnapshot } from "../../lens/messages.ts";
import { recorded } from "../../lens/recorded.ts";
import { LensModel } from "./model.ts";

const all = recorded(3);

/** A model of which the server has kept the first so many events. */
async function modelWith(count: number, keep?: number) {
  let kept: LensSnapshot = { ...all, events: all.events.slice(0, count) };
  let asked = 0;
  const model = new LensModel(
    {
      snapshot: async () => {
        asked += 1;
        return kept;
      },
      clear: () => {},
    },
    keep,
  );
  await model.refresh();
  const hear = (events: readonly LensEvent[]) => model.hear({ run: all.run, events });
  return {
    model,
    hear,
    asked: () => asked,
    keeps: (snapshot: LensSnapshot) => (kept = snapshot),
  };
}

describe("the model of the lens", () => {
  test("shows what comes, as it comes", async () => {
    const { model, hear } = await modelWith(30);
    const before = model.shown.length;

    hear(all.events.slice(30));

    expect(model.shown.length).toBeGreaterThan(before);
    expect(model.shown.at(-1)?.n).toBe(all.events.at(-1)?.n);
  });

  test("keeps the picture as it is while it is paused, and lets in what has waited", async () => {
    const { model, hear } = await modelWith(35);
    model.pause();
    const before = model.shown.length;

    hear(all.events.slice(35));
    const whilePaused = model.shown.length;
    const { waiting } = model;
    model.resume();

    expect(whilePaused).toBe(before);
    expect(model.shown.length).toBe(before + waiting);
    expect(model.waiting).toBe(0);
  });

  test("steps through the events that are shown, one by one, to both ends", async () => {
    const { model } = await modelWith(all.events.length);
    const numbers = model.shown.map(({ n }) => n);

    model.step(-1);
    expect(model.cursor).toBe(numbers.at(-2));
    model.step(1);
    expect(model.cursor).toBe(numbers.at(-1));
    model.step(1);
    expect(model.cursor).toBe(numbers.at(-1));
    model.step(-10_000);
    expect(model.cursor).toBe(numbers[0]);
    expect(model.isPaused).toBe(true);
  });

  test("stays near the event at which somebody was when a filter takes it away", async () => {
    const { model } = await modelWith(all.events.length);
    const started = model.shown.find(({ shape }) => shape === "note");
    model.stepTo(started?.n);

    model.show({ starts: false, files: true });

    expect(model.shown.map(({ n }) => n)).toContain(model.cursor);
  });

  test("asks for all again when events are missing", async () => {
    const { model, hear, asked, keeps } = await modelWith(20);
    keeps(all);

    hear(all.events.slice(25));
    await model.refresh();

    expect(asked()).toBe(2);
    expect(model.board.facts.map(({ n }) => n)).toEqual(all.events.map(({ n }) => n));
  });

  test("begins anew with a new session, and with no filter of the old one", async () => {
    const { model, keeps } = await modelWith(all.events.length);
    model.show({ sid: model.board.threads[0]?.sid });
    model.pause();
    keeps({ ...all, run: 2, events: [] });

    model.hear({ run: 2, events: [], isCleared: true });
    await model.refresh();

    expect(model.board.size).toBe(0);
    expect([model.isPaused, model.filter.sid]).toEqual([false, undefined]);
  });

  test("narrows by itself when many come, and not below the narrowest", async () => {
    const { model, hear } = await modelWith(all.events.length);
    const calm = model.unit(1_200);
    const now = Date.now();
    const next = (all.events.at(-1)?.n ?? 0) + 1;
    const sample = all.events.find(({ event }) => event.kind === "request");
    if (!sample) throw new Error("Too little was recorded.");

    hear(Array.from({ length: 600 }, (_, at) => ({ ...sample, n: next + at, when: now })));

    expect(calm).toBe(44);
    expect(model.unit(1_200)).toBe(6);
  });

  test("drops what the board drops, and keeps the rest in place", async () => {
    const { model, hear } = await modelWith(0, 20);

    hear(all.events);

    expect(model.board.dropped).toBe(all.events.length - 20);
    expect(model.shown.every(({ n }) => n >= model.board.first)).toBe(true);
  });
});
