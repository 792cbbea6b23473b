import { expect, test } from "vitest";
import type { Block } from "./figures.ts";
import { tableOf } from "./table.ts";

function block(p99: number): Block {
  const lag = { p99, max: 2 * p99 };
  return {
    workers: 2,
    variants: { relay: { "connect.default": [[30]], "post.cpu": [[1]] } },
    lags: { relay: { "connect.default": [lag], "post.cpu": [lag] } },
    echo: [[0.2]],
  };
}

test("the table says how late the clients themselves were", () => {
  const text = tableOf([block(4)]);

  expect(text).toContain(
    "the clients' own lag, at worst: 99th percentile 4.00 ms, longest 8.00 ms",
  );
  expect(text).not.toContain("does not count");
});

test("what was timed while they were too late does not count, and CPU time does", () => {
  const [, late] = tableOf([block(400)]).split("does not count:");

  expect(late).toContain("relay: connect, default transports, until connected");
  expect(late).not.toContain("relay: server CPU");
});
