import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test as base, describe, expect } from "vitest";
import { MachineProblem } from "../problems.ts";
import { talkTo, tell } from "../testing/redis.ts";
import { freePort } from "./ports.ts";
import { reachRedis, requireRedis, withoutPassword } from "./reach-redis.ts";
import { startRedis, type PrivateRedis } from "./redis.ts";
import { openRun } from "./run.ts";

/** Nobody's password is to be seen anywhere: these letters are in every one of them. */
const SECRET = "s3cr3t";

/** A Redis with three users, for all tests: they only ask it whether they may come in. */
const test = base.extend<{ $file: { redis: PrivateRedis } }>({
  redis: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the wanted fixtures off this pattern
    async ({}, use) => {
      await using run = await openRun();
      await using redis = await startRedis(run);
      const all = ["on", "~*", "&*", "+@all"];
      await tell(redis.url, "ACL", "SETUSER", "ann", ...all, `>${SECRET}`);
      await tell(redis.url, "ACL", "SETUSER", "zoë", ...all, `>${SECRET}@/%:ö`);
      await tell(redis.url, "ACL", "SETUSER", "shy", "on", "nopass", "+ping", "+hello");
      await use(redis);
    },
    { scope: "file" },
  ],
});

/** The same Redis as somebody else comes in. */
function as({ url }: PrivateRedis, user: string, password: string): string {
  return url.replace("//", `//${user}:${password}@`);
}

/** Why a Redis cannot be used: what is said, and what to do about it. */
async function problemOf(address: string): Promise<{ message: string; remedy: string }> {
  const problem: unknown = await reachRedis(address).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(MachineProblem);
  return problem instanceof MachineProblem ? problem : { message: "", remedy: "" };
}

describe("a Redis that can be reached", () => {
  test("tells its version", async ({ redis }) => {
    using talk = await talkTo(redis.url);

    const version = await reachRedis(redis.url);

    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect([await talk.info("redis_version"), await talk.info("valkey_version")]).toContain(
      version,
    );
  });

  test("need not tell its version", async ({ redis }) => {
    expect(await reachRedis(as(redis, "shy", "any"))).toBeUndefined();
  });

  test("takes a password of any letters, written as URLs have them", async ({ redis }) => {
    const password = encodeURIComponent(`${SECRET}@/%:ö`);

    expect(await reachRedis(as(redis, encodeURIComponent("zoë"), password))).toMatch(/^\d/);
  });

  test("is left without a connection of ours", async ({ redis }) => {
    using talk = await talkTo(redis.url);
    await reachRedis(redis.url);

    expect(await talk.info("connected_clients")).toBe("1");
  });

  test("may be written in capitals", async ({ redis }) => {
    expect(await reachRedis(redis.url.replace("redis:", "REDIS:"))).toMatch(/^\d/);
  });
});

describe.concurrent("a Redis that cannot be used", () => {
  test("is not there", async () => {
    const address = `redis://127.0.0.1:${await freePort()}`;

    const { message, remedy } = await problemOf(address);

    expect(message).toContain(address);
    expect(message).toContain("ECONNREFUSED");
    expect(remedy).toContain("unset it");
  });

  test.for([
    ["wrong", "ann", "wr0ng"],
    ["unknown", "nobody", SECRET],
    ["too short", "ann", SECRET.slice(1)],
  ])("refuses a user or password that is %s", async ([, user = "", password = ""], { redis }) => {
    const { message, remedy } = await problemOf(as(redis, user, password));

    expect(message).toMatch(/refuses what REDIS_URL says of user and password: WRONGPASS/);
    expect(message).toContain(`//${user}:…@`);
    expect(message + remedy).not.toContain(password);
  });

  test("wants a password, and got none", async () => {
    await using run = await openRun();
    await using redis = await startRedis(run);
    await tell(redis.url, "CONFIG", "SET", "requirepass", SECRET);

    const { message } = await problemOf(redis.url);

    expect(message).toMatch(/refuses what REDIS_URL says of user and password: NOAUTH/);
    expect(await reachRedis(as(redis, "", SECRET))).toMatch(/^\d/);
  });

  test("is a web server", async () => {
    await using web = await startTalker("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");

    const { message } = await problemOf(`redis://ann:${SECRET}@127.0.0.1:${web.port}`);

    expect(message).toMatch(/^REDIS_URL names .* cannot be used: ./);
    expect(message).not.toContain(SECRET);
  });

  test("takes the call and says nothing", async () => {
    await using mute = await startTalker("");

    const { message } = await problemOf(`redis://ann:${SECRET}@127.0.0.1:${mute.port}`);

    expect(message).toMatch(/cannot be used: no answer within 5 s$/);
    expect(message).not.toContain(SECRET);
  }, 20_000);

  test("hangs up", async () => {
    await using rude = await startTalker(undefined);

    const { message } = await problemOf(`redis://127.0.0.1:${rude.port}`);

    expect(message).toMatch(/^REDIS_URL names .* cannot be used: ./);
  });

  test("is the workshop's own, and says nothing of what nobody has set", async () => {
    await using rude = await startTalker(undefined);

    const problem: unknown = await reachRedis(`redis://127.0.0.1:${rude.port}`, "own").catch(
      (error: unknown) => error,
    );

    expect(problem).toMatchObject({
      message: expect.stringMatching(/^The workshop has started a Redis at .* cannot be used: ./),
      remedy: "Run it again: it starts another one.",
    });
  });

  test("speaks no TLS", async ({ redis }) => {
    const { message } = await problemOf(redis.url.replace("redis:", "rediss:"));

    expect(message).toMatch(/^REDIS_URL names rediss:\/\/.* cannot be used: ./);
  }, 20_000);
});

describe("what is no address of a Redis", () => {
  test.for([
    "",
    " ",
    "6379",
    "localhost:6379",
    "redis",
    "redis:localhost",
    `http://ann:${SECRET}@localhost:6379`,
    `redis://ann:${SECRET}@localhost:port`,
    `redis://ann:${SECRET}%@localhost:6379`,
    `redis://ann%zz:${SECRET}@localhost:6379`,
    `redis://ann:${SECRET}@localhost:6379/first`,
    `redis://ann:12/${SECRET}@localhost:6379`,
  ])("is refused without repeating it: %j", async (address) => {
    const { message, remedy } = await problemOf(address);

    expect(message).toBe("REDIS_URL is no address of a Redis.");
    expect(remedy).toContain("redis://user:password@host:6379");
    expect(message + remedy).not.toContain(SECRET);
  });
});

describe("an address that everybody may read", () => {
  test.for([
    ["redis://localhost:6379", "redis://localhost:6379"],
    ["redis://localhost:6379/2", "redis://localhost:6379/2"],
    [`rediss://ann:${SECRET}@example.org`, "rediss://ann:…@example.org"],
    [`redis://:${SECRET}@[::1]:6379`, "redis://:…@[::1]:6379"],
    [`redis://ann:${encodeURIComponent(`${SECRET}@/%:ö`)}@h:1`, "redis://ann:…@h:1"],
    [`redis://ann:@h:1`, "redis://ann@h:1"],
    [`redis://h:1?password=${SECRET}`, "redis://h:1"],
    [`redis://h:1#${SECRET}`, "redis://h:1"],
  ])("%j is shown as %j", ([address = "", shown]) => {
    expect(withoutPassword(address)).toBe(shown);
  });
});

describe("a step that needs a newer Redis than others", () => {
  const step = { number: 9, oldestRedis: "7.0" };

  test.each(["7.0.0", "7.2.4", "10.1", undefined])("takes %s", (version) => {
    expect(() => requireRedis(step, version)).not.toThrow();
  });

  test("names the version of an older one, and what to do", () => {
    expect(() => requireRedis(step, "6.2.14")).toThrow(
      expect.objectContaining({
        name: "MachineProblem",
        message: "Redis is 6.2.14; step 9 needs 7.0 or newer.",
        remedy: "Install a newer one, or set REDIS_SERVER_PATH to one.",
      }),
    );
  });
});

/** A server that says this to whoever calls, or hangs up when there is nothing to say. */
async function startTalker(words: string | undefined): Promise<AsyncDisposable & { port: number }> {
  const callers = new Set<Socket>();
  const server = createServer((socket) => {
    callers.add(socket);
    socket.on("error", () => {});
    if (words === undefined) socket.destroy();
    else socket.once("data", () => socket.write(words));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: address && typeof address === "object" ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of callers) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
