import { describe, expect, test } from "vitest";
import { steps } from "../workshop/catalog.ts";
import { runCli } from "../workshop/testing/cli.ts";

/** For each starter the check that it fails, what is seen, and where it sends the learner. */
const REASONS: Record<number, string[]> = {
  1: [
    "✗ a handshake by hand opens a session",
    "Saw 404 and a page",
    "steps/01-one-process/server.ts, TODO 1.1",
  ],
  2: [
    "✗ pm2 keeps one process, in fork mode",
    "Saw no app",
    "steps/02-keep-it-alive/ecosystem.config.cjs, TODO 2.1",
  ],
  3: [
    "✗ four workers share one port",
    "Saw 1 process, in fork mode",
    "steps/03-cluster/ecosystem.config.cjs, TODO 3.1",
  ],
  4: [
    "✗ four workers, and none of them takes polling",
    "Saw worker 0 open a session by polling",
    "steps/04-websocket-only/server.ts, TODO 4.1",
  ],
  5: [
    "✗ a message reaches everybody, whichever worker they are on",
    "Saw that 2 of 8 heard it",
    "steps/05-pubsub-by-hand/redis.ts, TODO 5.1",
  ],
  6: [
    "✗ a message reaches everybody in the room, whichever worker they are on",
    "Saw that 2 of 8 heard it",
    "steps/06-redis-adapter/server.ts, TODO 6.1",
  ],
  7: [
    "✗ four workers share one port, and a session id says whose it is",
    "Expected the session ids of each worker to have something in common that no others have",
    "steps/07-share-the-handshake/relay.ts, TODO 7.1",
  ],
  8: [
    "✗ four workers, and what is acknowledged is kept in a stream of Redis",
    "in which it is not",
    "steps/08-under-fire/history.ts, TODO 8.1",
  ],
  9: [
    "✗ two hosts of two workers each, and nginx shares clients out among them",
    "Saw 24 on host a, 0 on host b",
    "steps/09-many-machines/nginx.conf, TODO 9.1",
  ],
};

describe.each(steps)("the starter of step $number", (step) => {
  test("fails, and for its own reason", async () => {
    const { code, output } = await runCli(["check", String(step.number), "--starter"]);

    const words = output.replace(/\s+/g, " ");
    expect(output).toMatch(/^not yet/m);
    for (const line of REASONS[step.number] ?? ["no reason is written down for this step"]) {
      expect(words).toContain(line);
    }
    expect(output).not.toContain("✓");
    expect(code).toBe(1);
  });
});
