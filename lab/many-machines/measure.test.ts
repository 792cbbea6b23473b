import { expect, test } from "vitest";
import { openRun } from "../../workshop/stage/run.ts";
import { openHostsBench, type Samples } from "./measure.ts";
import { tableOf } from "./table.ts";

/** All variants, each with an nginx of its own, and an app on two hosts: 20 s on a quiet machine. In ms. */
const BUSY_TIMEOUT = 120_000;

test(
  "every variant lets all clients connect, and ip_hash gives them to one host",
  { timeout: BUSY_TIMEOUT },
  async () => {
    await using run = await openRun();

    await using hosts = await openHostsBench(run);

    const blocks = await hosts.measure({
      workers: [1],
      variants: ["roundRobin", "stickySid", "stickyCookie", "ipHash", "webSocketOnly"],
      rounds: 1,
      connects: 12,
      messages: 8,
      pollingMessages: 4,
    });

    const [block] = blocks;
    for (const [round] of Object.values(block?.variants ?? {})) {
      expect(round?.connected).toHaveLength(12);
    }
    const spread = (rounds: readonly Samples[] = []) => Object.keys(rounds[0]?.hosts ?? {}).length;
    expect(spread(block?.variants.ipHash)).toBe(1);
    expect(spread(block?.variants.roundRobin)).toBe(2);
    expect(tableOf(blocks)).toContain("sticky by cookie");
  },
);
