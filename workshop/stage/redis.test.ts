import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MachineProblem } from "../problems.ts";
import { makeFolder } from "../testing/folder.ts";
import { pidOf, talkTo, tell } from "../testing/redis.ts";
import { freePort, isFree } from "./ports.ts";
import { isAlive } from "./processes.mjs";
import { startRedis, type PrivateRedis } from "./redis.ts";
import { openRun } from "./run.ts";
import { until } from "./until.ts";

// So that a test can choose the port that is free.
vi.mock("./ports.ts", { spy: true });

afterEach(() => vi.unstubAllEnvs());

describe("a Redis of a run's own", () => {
  test("answers at the address that it names", async () => {
    await using run = await openRun();

    await using redis = await startRedis(run);

    expect(redis.isThere()).toBe(true);
    expect(redis.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
    expect(await tell(redis.url, "PING")).toBe("PONG");
  });

  test("reads no configuration file, and listens on the loopback address alone", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    using talk = await talkTo(redis.url);

    expect(await talk.info("config_file")).toBe("");
    expect(await talk.send("CONFIG", "GET", "bind")).toEqual(["bind", "127.0.0.1"]);
  });

  test("keeps its data in its run's folder", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    using talk = await talkTo(redis.url);
    const get = async (option: string) => Object(await talk.send("CONFIG", "GET", option))[1];

    expect(await get("dir")).toBe(join(realpathSync(run.folder), "redis"));
    const options = ["logfile", "save", "appendonly", "appendfsync"];
    expect(await Promise.all(options.map(get))).toEqual(["", "", "yes", "no"]);
  });

  test.skipIf(!existsSync("/proc/self/fd"))("has no file open elsewhere", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    await tell(redis.url, "SET", "a", "b");

    const files = openFiles(await pidOf(redis));

    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !file.startsWith(run.folder))).toEqual([]);
  });

  test("is one of several, with ports and folders of their own", async () => {
    await using run = await openRun();
    await using one = await startRedis(run, "one");
    await using other = await startRedis(run, "other");

    await tell(one.url, "SET", "whose", "one's");

    expect(await tell(other.url, "GET", "whose")).toBeNull();
  });

  test("takes another port when somebody was quicker to have the first", async () => {
    await using run = await openRun();
    await using stranger = await startRedis(run, "stranger");
    vi.mocked(freePort).mockResolvedValueOnce(portOf(stranger));

    await using redis = await startRedis(run);

    expect(portOf(redis)).not.toBe(portOf(stranger));
    expect(await pidOf(redis)).not.toBe(await pidOf(stranger));
  });
});

describe("a Redis that was killed", () => {
  test("is gone, and its port is free", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    const pid = await pidOf(redis);

    await redis.kill();

    expect([redis.isThere(), isAlive(pid), await isFree(portOf(redis))]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("may be killed again, and by two at once", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);

    await Promise.all([redis.kill(), redis.kill()]);
    await redis.kill();

    expect(redis.isThere()).toBe(false);
  });

  test("comes back at the same address with its data", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    const { url } = redis;
    await tell(url, "SET", "kept", "until the last moment");

    await redis.kill();
    await redis.start();

    expect(redis.url).toBe(url);
    expect(await tell(url, "GET", "kept")).toBe("until the last moment");
  });

  test("comes back empty if that is wished", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    await tell(redis.url, "SET", "kept", "yes");

    await redis.kill();
    await redis.start({ empty: true });

    expect(await tell(redis.url, "DBSIZE")).toBe(0);
  });

  test("is not started twice by two who start it at once", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    await redis.kill();

    await Promise.all([redis.start(), redis.start()]);
    await until(
      () => tell(redis.url, "PING"),
      (answer) => answer === "PONG",
      { within: 10_000, otherwise: () => new Error("Nobody answers.") },
    );

    expect(redis.isThere()).toBe(true);
  });

  test("does not come back while another program has its port", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    await redis.kill();
    await using _ = await occupy(portOf(redis));

    const again = redis.start();

    await expect(again).rejects.toThrow(`Port ${portOf(redis)} has been taken`);
    await expect(again).rejects.toBeInstanceOf(MachineProblem);
    expect(redis.isThere()).toBe(false);
  }, 20_000);

  test("does not take for itself the Redis of somebody else that has its port", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    await redis.kill();
    vi.mocked(freePort).mockResolvedValueOnce(portOf(redis));
    await using _stranger = await startRedis(run, "stranger");

    await expect(redis.start()).rejects.toThrow(`Port ${portOf(redis)} has been taken`);
    expect(redis.isThere()).toBe(false);
  });
});

describe("a frozen Redis", () => {
  test("answers nothing, and goes on where it was when it thaws", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    using talk = await talkTo(redis.url);

    redis.pause();
    const asked = talk.send("PING");
    // That nothing comes can only be seen by waiting.
    const early = await Promise.race([asked, sleep(300, "nothing")]);
    redis.resume();

    expect([early, await asked]).toEqual(["nothing", "PONG"]);
  });

  test("can be killed, and started again", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);

    redis.pause();
    await redis.kill();
    await redis.start();

    expect(await tell(redis.url, "PING")).toBe("PONG");
  });
});

describe("a Redis cannot be started", () => {
  test("where there is no server", async () => {
    vi.stubEnv("PATH", "");
    vi.stubEnv("REDIS_SERVER_PATH", "/no/such/redis-server");
    await using run = await openRun();

    const starting = startRedis(run);

    await expect(starting).rejects.toBeInstanceOf(MachineProblem);
    await expect(starting).rejects.toThrow("/no/such/redis-server");
  });

  test.each([
    ["that may not be run", "#!/bin/sh\n", 0o644, /EACCES/],
    ["that ends at once", "#!/bin/sh\n", 0o755, /did not start: \S/],
    ["that complains and ends", "#!/bin/sh\necho no luck today\nexit 1\n", 0o755, /no luck today$/],
  ])("by a program %s, and the reason is told", async (_, code, mode, reason) => {
    using folder = makeFolder();
    const program = folder.write("redis-server", code);
    chmodSync(program, mode);
    vi.stubEnv("REDIS_SERVER_PATH", program);
    await using run = await openRun();

    const starting = startRedis(run);

    await expect(starting).rejects.toBeInstanceOf(MachineProblem);
    await expect(starting).rejects.toThrow(reason);
  });
});

function portOf({ url }: PrivateRedis): number {
  return Number(new URL(url).port);
}

/** The files that a process has open: no sockets, pipes and devices. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    .filter((file) => file.startsWith("/") && !file.startsWith("/dev/"));
}

/** Somebody who listens on a port, and says nothing. */
async function occupy(port: number): Promise<AsyncDisposable> {
  const guests = new Set<Socket>();
  const server = createServer((socket) => guests.add(socket)).listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of guests) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
