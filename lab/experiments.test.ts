import { describe, expect, test } from "vitest";
import { experiments } from "./experiments.ts";
import { chance } from "./experiments/handshake.ts";
import { itinerary } from "./frame/conduct.ts";
import type { Size } from "./frame/experiment.ts";
import { keyOf } from "./frame/summary.ts";

const SIZES: Size[] = ["quick", "full"];

describe.each(experiments.map((experiment) => [experiment.name, experiment] as const))(
  "the experiment %s",
  (_, { figures, measures, design, question, notes }) => {
    test("asks a question, and says how to read the answer", () => {
      expect(question).toMatch(/\?$/);
      expect(notes).not.toEqual([]);
    });

    test("shows what it measures, each picture in a file of its own", () => {
      for (const { measure } of figures) expect(measures).toHaveProperty([measure]);
      expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length);
    });

    test.each(SIZES)(
      "says what it varies and holds, and goes to each place once a round, %s",
      (size) => {
        const { rounds, places, varied, held } = design(size);

        expect(rounds).toBeGreaterThan(0);
        expect(varied.join() && held.join()).not.toBe("");
        expect(new Set(places.map(keyOf)).size).toBe(places.length);
      },
    );
  },
);

test("variants take turns: every round goes to all, and begins and ends with others", () => {
  const places = [1, 2, 3, 4].map((workers) => ({ workers }));
  const steps = itinerary({ rounds: 4, places, seed: 1 });
  const rounds = [0, 1, 2, 3].map((round) =>
    steps.filter((step) => step.round === round).map(({ at }) => at.workers),
  );

  for (const order of rounds) expect(order.toSorted()).toEqual([1, 2, 3, 4]);
  expect(new Set(rounds.map((order) => order[0])).size).toBeGreaterThan(1);
  expect(new Set(rounds.map(String)).size).toBe(4);
});

test("the order of a single round is chance, and the same for the same seed", () => {
  const places = [1, 2, 3, 4, 6, 8].map((workers) => ({ workers }));
  const order = (seed: number) =>
    itinerary({ rounds: 1, places, seed }).map(({ at }) => at.workers);

  expect(order(1).toSorted()).toEqual([1, 2, 3, 4, 6, 8]);
  expect(order(1)).not.toEqual([1, 2, 3, 4, 6, 8]);
  expect(order(1)).toEqual(order(1));
  expect(order(2)).not.toEqual(order(1));
});

test.each([
  [1, 3, 1],
  [2, 3, 1 / 4],
  [4, 3, 1 / 16],
  [8, 1, 1],
])("chance leads with %i workers %i requests to one of them: %f", (workers, k, share) => {
  expect(chance(workers, k)).toBe(share);
});
