import { describe, expect, test, vi } from "vitest";
import { freePort, isFree } from "./stage/ports.ts";
import { startRedis } from "./stage/redis.ts";
import { openRun } from "./stage/run.ts";
import { until } from "./stage/until.ts";
import { openDesk, startCli, type CliResult, type Desk } from "./testing/cli.ts";
import { talkTo, tell } from "./testing/redis.ts";
import { Trace } from "./trace/collector.ts";
import { watchRedis } from "./trace/redis-monitor.ts";

// So that a test can have the port that a Redis has by default.
vi.mock("./stage/ports.ts", { spy: true });

/** Where one looks for a Redis when one is told nothing. */
const DEFAULT_PORT = 6379;

/** A session with its checks takes 16 s on a quiet machine, and four times as long on a busy one. In ms. */
const BUSY_TIMEOUT = 120_000;
/** What a session may tell a Redis that others use, too, and what the tests here ask it. */
const HARMLESS =
  /^(auth|hello|ping|info|client\|.*|monitor|publish|subscribe|pubsub\|.*|config\|resetstat)$/;

describe("on a machine with a Redis that is none of ours", { timeout: BUSY_TIMEOUT }, () => {
  test("a session starts a Redis of its own, says where, and touches no other", async () => {
    await using stranger = await startStranger();
    using desk = deskWith({ REDIS_URL: undefined });
    const session = start(["solution", "5"], desk);

    await session.prints(/^worker \d {2}SUB {3}chat:said$/m);
    await session.prints(/^✓ the channel is the app's own/m);
    const { output } = await session.interrupt();

    expect(output).toMatch(
      /^Redis {4}redis:\/\/127\.0\.0\.1:\d+ \(\d+\.\d+\.\d+, this session's own\)$/m,
    );
    expect(output).toContain("npm run redis -- monitor");
    expect(output).not.toContain("Redis has ended");
    expect(await stranger?.met()).toEqual(stranger && []);
  });

  test("the checks of a step touch no Redis, be it there or named", async ({ skip }) => {
    await using stranger = await startStranger();
    if (!stranger) skip(`Somebody has port ${DEFAULT_PORT}.`);
    using desk = deskWith({ REDIS_URL: `redis://127.0.0.1:${DEFAULT_PORT}` });

    const { code } = await start(["check", "5", "--solution"], desk).ended;

    expect(code).toBe(0);
    expect(await stranger?.met()).toEqual([]);
  });
});

describe("with REDIS_URL", { timeout: BUSY_TIMEOUT }, () => {
  test("a session keeps to channels of its own there, and its checks stay away", async () => {
    await using run = await openRun();
    await using shared = await startRedis(run);
    const trace = new Trace("");
    await using _watch = await watchRedis({ url: shared.url, prefix: "" }, trace);
    await tell(shared.url, "CONFIG", "SET", "requirepass", "s3cr3t");
    const url = shared.url.replace("//", "//:s3cr3t@");
    const before = await told(url);
    await tell(url, "CONFIG", "RESETSTAT");
    using desk = deskWith({ REDIS_URL: url });

    const { code, output } = await start(["solution", "5"], desk).ended;

    expect(code).toBe(0);
    expect(output).toMatch(
      /^Redis {4}redis:\/\/:…@127\.0\.0\.1:\d+ \(\d+\.\d+\.\d+, from REDIS_URL\)$/m,
    );
    expect(output).not.toContain("s3cr3t");
    const channels = new Set(trace.commands.map(({ channel }) => channel));
    expect([...channels]).toEqual([expect.stringMatching(/^broken-handshakes:[0-9a-f]{8}:said$/)]);
    const after = await told(url);
    expect(after.pid).toBe(before.pid);
    expect(after.commands).toEqual(expect.arrayContaining(["monitor", "subscribe"]));
    expect(after.commands.filter((name) => !HARMLESS.test(name))).toEqual([]);
  });

  test("a session ends at once where it cannot be used, and the next one may begin", async () => {
    await using run = await openRun();
    await using shared = await startRedis(run);
    await tell(shared.url, "CONFIG", "SET", "requirepass", "other");
    using refused = deskWith({ REDIS_URL: shared.url.replace("//", "//:s3cr3t@") });
    const nobody = `redis://ann:s3cr3t@127.0.0.1:${await freePort()}`;

    const first = await start(["solution", "5"], refused).ended;
    const second = await start(["solution", "5"], {
      ...refused,
      env: { ...refused.env, REDIS_URL: nobody },
    }).ended;

    expectMachineProblem(first, /refuses .*WRONGPASS/);
    expectMachineProblem(second, /which cannot be used: connect ECONNREFUSED/);
  });
});

/** One line on what is the matter, one on what mends it, and nothing that is secret. */
function expectMachineProblem({ code, output }: CliResult, reason: RegExp): void {
  const [problem, remedy] = output.trimEnd().split("\n").slice(-2);
  expect(problem).toMatch(reason);
  expect(remedy).toMatch(/^Mend it: ./);
  expect(output).not.toContain("s3cr3t");
  expect(output).not.toMatch(/^ +at /m);
  expect(code).toBe(3);
}

function deskWith(env: NodeJS.ProcessEnv): Desk {
  const desk = openDesk();
  return { ...desk, env: { ...desk.env, ...env }, [Symbol.dispose]: () => desk[Symbol.dispose]() };
}

/** A command of the workshop that runs. */
interface Command {
  ended: Promise<CliResult>;
  /** Waits until it has printed this. */
  prints: (what: RegExp) => Promise<void>;
  /** Ctrl-C; gives what it has printed until its end. */
  interrupt: () => Promise<CliResult>;
}

function start(words: string[], desk: Desk): Command {
  const { cli, ended } = startCli(words, desk);
  let output = "";
  cli.stdout?.on("data", (text: string) => (output += text));
  return {
    ended,
    async prints(what) {
      await until(
        () => output,
        (text) => what.test(text) || cli.exitCode !== null,
        { within: 60_000, otherwise: (text) => new Error(`No ${what} in:\n${text}`) },
      );
      expect(output).toMatch(what);
    },
    async interrupt() {
      cli.kill("SIGINT");
      return ended;
    },
  };
}

/** Somebody's Redis, which is none of ours. */
interface Stranger extends AsyncDisposable {
  /** What it was asked by others, and that they came. */
  met: () => Promise<string[]>;
}

/** Starts one where the redis package looks by default; none where somebody has that port. */
async function startStranger(): Promise<Stranger | undefined> {
  if (!(await isFree(DEFAULT_PORT))) return undefined;
  const run = await openRun();
  vi.mocked(freePort).mockResolvedValueOnce(DEFAULT_PORT);
  const redis = await startRedis(run);
  const talk = await talkTo(redis.url);
  await talk.send("CONFIG", "RESETSTAT");
  return {
    async met() {
      const commands = commandsIn(String(await talk.send("INFO", "commandstats")));
      const visits = await talk.info("total_connections_received");
      return [
        ...commands.filter((name) => name !== "info" && name !== "config|resetstat"),
        ...(visits === "0" ? [] : [`${visits} connections`]),
      ];
    },
    async [Symbol.asyncDispose]() {
      talk[Symbol.dispose]();
      await redis[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
    },
  };
}

/** Which process a Redis is, and the commands that it was given. */
async function told(url: string): Promise<{ pid: string; commands: string[] }> {
  using talk = await talkTo(url);
  return {
    pid: await talk.info("process_id"),
    commands: commandsIn(String(await talk.send("INFO", "commandstats"))),
  };
}

function commandsIn(stats: string): string[] {
  return [...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name = ""]) => name);
}
