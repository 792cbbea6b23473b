import { createServer } from "node:http";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { Output, type App } from "../../workshop/stage/app.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import type { Worker } from "../../workshop/stage/pm2.ts";
import { Trace } from "../../workshop/trace/collector.ts";
import { findDeath, takeVitals } from "./vitals.ts";
import { worker } from "../../workshop/testing/worker.ts";

const DIR = "/clone/work/02-keep-it-alive";
const CRASH = `Error: out of luck\n    at ${DIR}/server.ts:7:1\n`;

interface Look {
  workers?: Worker[];
  err?: string;
  port?: number;
}

/** An app that looks like this now. */
const appWith = ({ workers = [worker()], err = "", port = 1 }: Look = {}): App => ({
  dir: DIR,
  name: "chat",
  port,
  url: `http://127.0.0.1:${port}`,
  trace: new Trace(""),
  workers: async () => workers,
  output: printed(err),
  [Symbol.asyncDispose]: async () => {},
});

function printed(err: string): Output {
  const output = new Output();
  output.add("err", err);
  return output;
}

/** What is found out about an app that was well, or looked like `before`, and looks like `now`. */
async function deathOf(now: Look, before: Look = {}) {
  const vitals = await takeVitals(appWith(before));
  return (await findDeath(appWith(now), vitals))?.finding;
}

describe("an app whose check has failed", () => {
  test("is well when its processes live and wait", async () => {
    expect(await deathOf({})).toBeUndefined();
  });

  test("has died when its process was replaced; what it printed says why", async () => {
    const finding = await deathOf(
      { workers: [worker({ pid: 1001, restarts: 1 })], err: `an old warning\n${CRASH}` },
      { err: "an old warning\n" },
    );

    expect(finding).toMatchObject({ seen: "Error: out of luck (server.ts:7)", blocks: true });
  });

  test("has died when its process has stopped", async () => {
    expect(await deathOf({ workers: [worker({ state: "stopped" })], err: CRASH })).toMatchObject({
      expected: "the server to live on",
    });
  });

  test("hangs when it is busy and answers nobody", async () => {
    const finding = await deathOf({ workers: [worker({ cpu: 99 })], port: await freePort() });

    expect(finding?.seen).toMatch(/busy without end/);
  });

  test("is well when it is busy and answers", async () => {
    const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;

    const finding = await deathOf({ workers: [worker({ cpu: 99 })], port });
    server.close();

    expect(finding).toBeUndefined();
  });
});
