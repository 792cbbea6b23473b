import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { expect } from "vitest";
import { steps } from "../workshop/catalog.ts";
import { openDesk, runCli } from "../workshop/testing/cli.ts";
import { BUSY_TIMEOUT, test } from "./support/arena-test.ts";

test("without nginx it is the machine, and not the learner, that step 9 sends away", async () => {
  using desk = openDesk();
  desk.env.NGINX_PATH = join(desk.work, "no-nginx");

  const { code, output } = await runCli(["check", "9", "--solution"], desk);

  expect(output).toMatch(/^your machine/m);
  expect(output.replace(/\s+/g, " ")).toContain("NGINX_PATH names");
  expect(output).toContain("Correct or unset NGINX_PATH.");
  expect(code).toBe(3);
});

test.for(steps.filter(({ number }) => number === 9))(
  "a host of step $number refuses a WebSocket on a path that nobody serves: nginx would take silence for a failure",
  { timeout: BUSY_TIMEOUT },
  async (step, { arena }) => {
    await using redis = await arena.redis();
    await using playing = await arena.play(step, redis.url, 1);
    const asked = request(new URL("/nowhere", playing.app.url), {
      headers: { Connection: "Upgrade", Upgrade: "websocket" },
    });
    asked.end();

    const [answer]: IncomingMessage[] = await once(asked, "response");

    answer?.resume();
    expect(answer?.statusCode).toBe(400);
    expect(answer?.headers.connection).toBe("close");
  },
);
