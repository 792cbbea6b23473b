import { expect, test } from "vitest";
import { observationsOf } from "./relay.ts";

test("what the clients have timed does not count when they were late, and the rest does", () => {
  const [late, onTime] = [
    { p99: 400, max: 500 },
    { p99: 2, max: 3 },
  ];
  const found = observationsOf({
    workers: 4,
    variants: { relay: { "connect.default": [[30], [20]], "post.cpu": [[1], [1]] } },
    lags: { relay: { "connect.default": [late, onTime], "post.cpu": [late, onTime] } },
    echo: [],
  });

  const counting = found.filter(({ invalid }) => invalid === undefined);
  expect(counting.map(({ measure, round }) => [measure, round])).toEqual([
    ["connect.default", 1],
    ["post.cpu", 0],
    ["post.cpu", 1],
  ]);
  expect(counting[0]?.lag).toBe(2);
});
