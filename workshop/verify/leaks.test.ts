import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { steps, type Step } from "../catalog.ts";
import { startDaemon } from "../stage/daemon.ts";
import { connectPm2 } from "../stage/pm2.ts";
import { freePort } from "../stage/ports.ts";
import { startRedis } from "../stage/redis.ts";
import { openRun } from "../stage/run.ts";
import { makeFolder } from "../testing/folder.ts";
import { startIdler } from "../testing/processes.ts";
import { leaksOf } from "./leaks.ts";
import { portsOf } from "./listening.ts";

const { slug } = steps[4] as Step;
/** It is there and will not go: there is nothing to wait for. */
const AT_ONCE = { within: 0 };

describe("what a cell leaves behind is found", () => {
  test("nothing: what the checker itself keeps warm is no leak", async () => {
    await using run = await openRun();
    await startDaemon(run);

    expect(await leaksOf(run.folder)).toEqual([]);
  });

  test("a process, by its pid and what it runs", async () => {
    await using run = await openRun();
    await using idler = await startIdler(run.env);

    expect(await leaksOf(run.folder, AT_ONCE)).toEqual([
      expect.stringMatching(new RegExp(`^process ${idler.pid}: .*node`)),
    ]);
  });

  test("a Redis, with its folder", async () => {
    await using run = await openRun();
    await using _ = await startRedis(run, `${slug}-1-redis`);

    expect(await leaksOf(run.folder, AT_ONCE)).toEqual([
      expect.stringMatching(/^process \d+: .*redis-server/),
      `folder ${join(run.folder, `${slug}-1-redis`)}`,
    ]);
  });

  test("an app that pm2 still knows, with its process and the port that pm2 holds for it", async () => {
    await using run = await openRun();
    await using pm2 = await connectPm2(await startDaemon(run));
    using app = makeFolder({
      "server.cjs": `require("http").createServer().listen(process.env.PORT, () => process.send("ready"))`,
    });
    const port = await freePort();
    await pm2.start({
      name: `${slug}-2`,
      cwd: app.path,
      script: "server.cjs",
      exec_mode: "cluster",
      instances: 1,
      wait_ready: true,
      env: { PORT: String(port) },
    });

    const leaks = await leaksOf(run.folder, AT_ONCE);
    expect(leaks).toContain(`app ${slug}-2, which pm2 still knows`);
    expect(leaks).toContainEqual(expect.stringMatching(`^port ${port}, on which pm2`));
    expect(leaks).toContainEqual(expect.stringMatching(/^process \d+: .*server\.cjs/));
  });

  test("a folder that the trial of an answer has left", async () => {
    await using run = await openRun();
    const trial = join(run.folder, "trial");
    mkdirSync(trial);

    expect(await leaksOf(run.folder, { ...AT_ONCE, further: () => [trial] })).toEqual([
      `folder ${trial}`,
    ]);
  });

  test("what is just about to end is waited for", async () => {
    await using run = await openRun();
    const idler = await startIdler(run.env);
    const leaks = leaksOf(run.folder);
    await idler[Symbol.asyncDispose]();

    expect(await leaks).toEqual([]);
  });
});

test("the ports on which a process listens are known by its pid", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    expect(portsOf(process.pid)).toContain(typeof address === "object" ? address?.port : 0);
  } finally {
    server.close();
  }
});
