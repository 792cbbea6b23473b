import { expect, test } from "vitest";
import type { Block, Samples } from "./figures.ts";
import { judge } from "./targets.ts";

function block(workers: number, variants: Record<string, Samples>): Block {
  return { workers, variants, lags: {}, echo: [[0.2], [0.2]] };
}

/** What is judged, in a word each. */
function verdicts(...blocks: Block[]): Record<string, boolean> {
  return Object.fromEntries(judge(blocks).map(({ title, isMet }) => [title, isMet]));
}

test("the relay is held against the reference by the ratio of the medians", () => {
  const [target] = judge([
    block(4, {
      relay: { "connect.default": [[30, 40], [50]] },
      reference: { "connect.default": [[200, 200], [200]] },
    }),
  ]);

  expect(target).toMatchObject({
    title: "connect, default transports, until connected, 4 workers",
    value: 40,
    against: { name: "reference", value: 200 },
    ratio: 0.2,
    rounds: [0.15, 0.25],
    isMet: true,
  });
});

test("a ratio above the limit is missed, one at the limit is met", () => {
  const at = (polling: number) =>
    verdicts(
      block(2, {
        relay: { "roundTrip.polling": [[polling]] },
        reference: { "roundTrip.polling": [[3]] },
      }),
    );

  expect(at(3)).toEqual({ "acknowledged message, polling, 2 workers": true });
  expect(at(3.1)).toEqual({ "acknowledged message, polling, 2 workers": false });
});

test("with one worker nothing is relayed, and nothing judged", () => {
  const samples = { "roundTrip.polling": [[3]] };

  expect(judge([block(1, { relay: samples, reference: samples })])).toEqual([]);
});

test("without a reference a relayed message is held against the bare echo", () => {
  const at = (time: number) =>
    verdicts(block(2, { relay: { "roundTrip.default": [[time], [time]] } }));

  expect(Object.values(at(0.5))).toEqual([true]);
  expect(Object.values(at(0.6))).toEqual([false]);
});

test("what is not relayed may differ from plain WebSockets by the noise only", () => {
  const at = (...rounds: number[][]) =>
    Object.values(
      verdicts(
        block(2, {
          relay: { "roundTrip.websocket": rounds },
          plain: { "roundTrip.websocket": rounds.map(() => [1]) },
        }),
      ),
    );

  expect(at([1.05], [1.08])).toEqual([true]);
  expect(at([0.9], [1.4], [1.5])).toEqual([true]);
  expect(at([1.3], [1.4], [1.5])).toEqual([false]);
});

test("the cost of a relayed request is held against that of fewer workers", () => {
  const costing = (workers: number, cpu: number) =>
    block(workers, { relay: { "post.cpu": [[cpu]] } });

  expect(Object.values(verdicts(costing(2, 1), costing(4, 9), costing(8, 1.1)))).toEqual([true]);
  expect(Object.values(verdicts(costing(8, 1.3), costing(2, 1)))).toEqual([false]);
});
