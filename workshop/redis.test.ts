import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./catalog.ts";
import { cleanEnvironment } from "./stage/environment.ts";
import { findRedisCli, findRedisServer } from "./stage/find-redis.ts";
import { freePort } from "./stage/ports.ts";
import { openRun } from "./stage/run.ts";
import { until } from "./stage/until.ts";
import { makeFolder } from "./testing/folder.ts";

/** As `npm run redis` does it, in a process that is the session, too, where a step is given. */
const CALL = `
  const { claimSession } = await import("./workshop/session-note.ts");
  const { runRedis } = await import("./workshop/redis.ts");
  const [, session, ...words] = process.argv.slice(1);
  const { step, redis } = JSON.parse(session);
  if (step) (await claimSession(step)).update({ redis });
  try {
    process.exitCode = await runRedis(words);
  } catch (error) {
    console.error(error.name + ": " + error.message);
    process.exitCode = error.name === "UsageProblem" ? 2 : 3;
  }
  process.exit();`;

const ownClient = { WORKSHOP_NO_REDIS_CLI: "1" };

describe("without a Redis to speak to", () => {
  test("nothing is called when no session is running", async () => {
    expect(await call(["PING"], {})).toEqual({
      code: 2,
      output:
        "UsageProblem: No session is running. Start one in another terminal: npm run step 5\n",
    });
  });

  test("nothing is called in a step without Redis", async () => {
    expect(await call(["PING"], { step: 3 })).toEqual({
      code: 2,
      output:
        "UsageProblem: The running session has no Redis: it is at step 3, and Redis comes with step 5.\n",
    });
  });

  test("a Redis that is stopped is a matter of the machine, in one line", async () => {
    const redis = `redis://127.0.0.1:${await freePort()}`;

    const { code, output } = await call(["PING"], { step: 5, redis }, ownClient);

    expect(output).toMatch(
      /^MachineProblem: The Redis of the session, \S+, cannot be reached: connection refused\.\n$/,
    );
    expect(code).toBe(3);
  });
});

describe("redis-cli", () => {
  test.skipIf(findRedisCli() === undefined)("speaks to the session's Redis", async () => {
    await using redis = await startRedis();

    expect(await call(["PING"], redis.session)).toEqual({ code: 0, output: "PONG\n" });
  });

  test.skipIf(process.platform === "win32")(
    "gets a password by the environment, never on its command line",
    async () => {
      using folder = makeFolder();
      const cli = folder.write("redis-cli", '#!/bin/sh\necho "$@"; echo "auth $REDISCLI_AUTH"\n');
      chmodSync(cli, 0o755);
      const redis = "rediss://ann:s%40cret@example.org:6380/2";

      const { output } = await call(["GET", "a b"], { step: 5, redis }, { PATH: folder.path });

      expect(output).toBe("-u rediss://example.org:6380/2 --user ann GET a b\nauth s@cret\n");
    },
  );

  test.skipIf(process.platform === "win32")(
    "gets no password that was meant for another Redis",
    async () => {
      using folder = makeFolder();
      const cli = folder.write("valkey-cli", '#!/bin/sh\necho "$@ ${REDISCLI_AUTH-none}"\n');
      chmodSync(cli, 0o755);
      const env = { PATH: folder.path, REDISCLI_AUTH: "mine" };

      const { output } = await call([], { step: 5, redis: "redis://127.0.0.1:6379" }, env);

      expect(output).toBe("-u redis://127.0.0.1:6379 none\n");
    },
  );
});

describe("without redis-cli", () => {
  test("one command is sent, and its reply is printed", async () => {
    await using redis = await startRedis();
    const say = async (...words: string[]) => call(words, redis.session, ownClient);

    expect(await say("ping")).toEqual({ code: 0, output: "PONG\n" });
    expect((await say("SET", "greeting", "good day")).output).toBe("OK\n");
    expect((await say("GET", "greeting")).output).toBe('"good day"\n');
    expect((await say("PUBSUB", "CHANNELS")).output).toBe("(empty array)\n");
    expect((await say("INFO", "clients")).output).toMatch(/^# Clients\nconnected_clients:1\n/);
    expect((await say("dance")).output).toMatch(/^\(error\) ERR unknown command 'dance'/);
  });

  test("MONITOR shows what others send until Ctrl-C", async () => {
    await using redis = await startRedis();
    await using monitor = start(["MONITOR"], redis.session, ownClient);
    await monitor.prints(/^OK$/m);

    const { output } = await call(["PUBLISH", "news", "hé"], redis.session, ownClient);

    expect(output).toBe("(integer) 0\n");
    await monitor.prints(/\] "PUBLISH" "news" "h\\xc3\\xa9"$/m);
    expect(await monitor.interrupt()).toBe(0);
  });

  test("SUBSCRIBE hears what others publish until Ctrl-C", async () => {
    await using redis = await startRedis();
    await using subscriber = start(["SUBSCRIBE", "news", "weather"], redis.session, ownClient);
    await subscriber.prints(/"weather"\n3\) \(integer\) 2\n/);

    const channels = await call(["PUBSUB", "NUMSUB", "news"], redis.session, ownClient);
    await call(["PUBLISH", "news", "hello"], redis.session, ownClient);

    expect(channels.output).toBe('1) "news"\n2) (integer) 1\n');
    await subscriber.prints(/1\) "message"\n2\) "news"\n3\) "hello"\n/);
    expect(await subscriber.interrupt()).toBe(0);
  });

  test("PSUBSCRIBE says by which pattern it hears something", async () => {
    await using redis = await startRedis();
    await using subscriber = start(["PSUBSCRIBE", "socket.io*"], redis.session, ownClient);
    await subscriber.prints(/"psubscribe"\n2\) "socket\.io\*"\n3\) \(integer\) 1\n/);

    await call(["PUBLISH", "socket.io#/#", "hello"], redis.session, ownClient);

    await subscriber.prints(
      /1\) "pmessage"\n2\) "socket\.io\*"\n3\) "socket\.io#\/#"\n4\) "hello"\n/,
    );
  });

  test("a Redis that goes away ends MONITOR with a line, and SHUTDOWN without one", async () => {
    await using redis = await startRedis();
    await using monitor = start(["MONITOR"], redis.session, ownClient);
    await monitor.prints(/^OK$/m);

    expect(await call(["SHUTDOWN", "NOSAVE"], redis.session, ownClient)).toEqual({
      code: 0,
      output: "",
    });

    await monitor.prints(/^MachineProblem: The Redis of the session, \S+, has gone away: .*\.$/m);
    expect(await monitor.ended).toBe(3);
  });

  test.each([
    [[], /^UsageProblem: Give one command, for example npm run redis -- PING, .*\n$/],
    [["-n", "1", "PING"], /^UsageProblem: There is no redis-cli here for -n.*\n$/],
  ])("%j is answered with one line of usage", async (words, line) => {
    const session = { step: 5, redis: "redis://127.0.0.1:1" };

    const { code, output } = await call(words, session, ownClient);

    expect(output).toMatch(line);
    expect(code).toBe(2);
  });
});

interface Session {
  step?: number;
  redis?: string;
}

interface Call extends AsyncDisposable {
  /** Its exit code, when it has ended; null after a signal. */
  ended: Promise<unknown>;
  /** Everything that it has printed so far. */
  output: () => string;
  /** Waits until it has printed this. */
  prints: (what: RegExp) => Promise<void>;
  /** Ctrl-C; gives its exit code. */
  interrupt: () => Promise<unknown>;
}

/** Calls `runRedis` in a process of its own, and waits for its end. */
async function call(words: string[], session: Session, env: NodeJS.ProcessEnv = {}) {
  await using started = start(words, session, env);
  const code = await started.ended;
  return { code, output: started.output() };
}

function start(words: string[], session: Session, env: NodeJS.ProcessEnv): Call {
  const notes = makeFolder();
  // By the file's name a session is known as one of the workshop's.
  const script = ["--import", "tsx", "--input-type=module", "-e", CALL, "workshop/cli.ts"];
  const child = spawn(process.execPath, [...script, JSON.stringify(session), ...words], {
    cwd: root,
    env: { ...cleanEnvironment(), ...env, WORKSHOP_NOTES: join(notes.path, "notes") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = once(child, "close").then(([code]: unknown[]) => code);
  return {
    ended,
    output: () => output,
    async prints(what) {
      await until(
        () => output,
        (text) => what.test(text),
        { within: 15_000, otherwise: (text) => new Error(`No ${what} in: ${text}`) },
      );
    },
    interrupt() {
      child.kill("SIGINT");
      return ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      notes[Symbol.dispose]();
    },
  };
}

/** A Redis of the test's own, and the session that has it. */
async function startRedis(): Promise<AsyncDisposable & { session: Session }> {
  const run = await openRun();
  const port = await freePort();
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
  ];
  const server = spawn(findRedisServer(), [...options, "--dir", run.folder], {
    env: run.env,
    stdio: "ignore",
  });
  run.own("redis", server.pid);
  await until(
    () => accepts(port),
    (open) => open,
    { within: 10_000, otherwise: () => new Error(`redis-server does not listen on ${port}.`) },
  );
  return {
    session: { step: 5, redis: `redis://127.0.0.1:${port}` },
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      await run[Symbol.asyncDispose]();
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
