import { expect, test } from "vitest";
import { parseTally } from "./commands.ts";

test("commands are counted without those that count them", () => {
  const commandstats = [
    "# Commandstats",
    "cmdstat_publish:calls=40,usec=100,usec_per_call=2.50,rejected_calls=0,failed_calls=0",
    "cmdstat_config|get:calls=2,usec=1,usec_per_call=0.50,rejected_calls=0,failed_calls=0",
    "cmdstat_info:calls=7,usec=100,usec_per_call=14.00,rejected_calls=0,failed_calls=0",
  ].join("\r\n");

  expect(parseTally(commandstats, "total_net_output_bytes:1234\r\n")).toEqual({
    commands: 42,
    publishes: 40,
    bytesOut: 1234,
  });
});

test("a Redis that has done nothing yet has done nothing", () => {
  expect(parseTally("# Commandstats\r\n", "")).toEqual({ commands: 0, publishes: 0, bytesOut: 0 });
});
