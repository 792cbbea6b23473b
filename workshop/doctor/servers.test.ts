import { chmodSync } from "node:fs";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { MachineProblem } from "../problems.ts";
import { makeFolder } from "../testing/folder.ts";
import { inspectNginx, inspectRedis, nginx, redis } from "./servers.ts";
import type { System } from "./system.ts";

const system: System = {
  platform: "linux",
  distro: { id: "debian", like: [], name: "Debian 12" },
  kernel: "6.1",
  isRoot: false,
  isTerminal: false,
};

afterEach(() => vi.unstubAllEnvs());

describe("Redis", () => {
  test("that is not there is needed from step 5 on, with the commands that bring it", async () => {
    vi.stubEnv("REDIS_SERVER_PATH", undefined);
    const nowhere = () => {
      throw new MachineProblem("not found; needed from step 5 on", "the doctor");
    };

    expect(redis.required).toBe(true);
    expect(await inspectRedis(system, nowhere)).toMatchObject({
      state: "unmet",
      detail: "not found; needed from step 5 on",
      fixes: [
        { text: "sudo apt-get install -y redis-server" },
        { text: expect.stringContaining("build-redis.ts") },
        { text: expect.stringContaining("docker") },
      ],
    });
  });

  test("that REDIS_SERVER_PATH names in vain is fixed there, not by installing one", async () => {
    vi.stubEnv("REDIS_SERVER_PATH", "/no/such/redis");

    expect(await redis.inspect(system)).toMatchObject({
      state: "unmet",
      detail: expect.stringContaining("/no/such/redis"),
      fixes: [{ text: "correct or unset REDIS_SERVER_PATH" }],
    });
  });

  test("that does not run says why", async () => {
    const path = script("echo 'version GLIBC_2.38 not found' >&2; exit 1");
    vi.stubEnv("REDIS_SERVER_PATH", path);

    expect(await redis.inspect(system)).toMatchObject({
      state: "unmet",
      detail: `${path} is there but does not run: version GLIBC_2.38 not found`,
    });
  });

  test("that is too old for the client says so, and which one it is", async () => {
    const path = script("echo 'Redis server v=5.0.7 sha=00000000:0'");
    vi.stubEnv("REDIS_SERVER_PATH", path);

    expect(await redis.inspect(system)).toMatchObject({
      state: "unmet",
      detail: `5.0.7, ${path}; from step 5 on the workshop needs 6.0 or newer`,
    });
  });

  test("that is too old for one step only is worth a word", async () => {
    vi.stubEnv("REDIS_SERVER_PATH", undefined);
    const path = script("echo 'Redis server v=6.2.14'");

    expect(await inspectRedis(system, () => path)).toEqual({
      state: "note",
      detail: `6.2.14, ${path}\nIt will do for all steps but 9, which needs 7.0 or newer.`,
    });
  });

  test("that runs shows its version and path", async () => {
    const path = script("echo 'Valkey server v=8.1.4 sha=00000000:0'");
    vi.stubEnv("REDIS_SERVER_PATH", path);

    expect(await redis.inspect(system)).toEqual({ state: "ok", detail: `8.1.4, ${path}` });
  });
});

describe("nginx", () => {
  test("that is not there is needed from step 9 on, with the command that brings it", async () => {
    vi.stubEnv("NGINX_PATH", undefined);
    const nowhere = () => {
      throw new MachineProblem("not found; needed from step 9 on", "the doctor");
    };

    expect(nginx.required).toBe(true);
    expect(await inspectNginx(system, nowhere)).toMatchObject({
      state: "unmet",
      detail: "not found; needed from step 9 on",
      fixes: [{ text: "sudo apt-get install -y nginx" }],
    });
  });

  test("that NGINX_PATH names in vain is fixed there, not by installing one", async () => {
    vi.stubEnv("NGINX_PATH", "/no/such/nginx");

    expect(await nginx.inspect(system)).toMatchObject({
      state: "unmet",
      detail: expect.stringContaining("/no/such/nginx"),
      fixes: [{ text: "correct or unset NGINX_PATH" }],
    });
  });

  test("that is too old to be told where its log is says so, and which one it is", async () => {
    const path = script("echo 'nginx version: nginx/1.18.0 (Ubuntu)' >&2");
    vi.stubEnv("NGINX_PATH", path);

    expect(await nginx.inspect(system)).toMatchObject({
      state: "unmet",
      detail: `1.18.0, ${path}; from step 9 on the workshop needs 1.19.5 or newer`,
    });
  });

  test("that runs shows its version and path", async () => {
    const path = script("echo 'nginx version: nginx/1.22.1' >&2");
    vi.stubEnv("NGINX_PATH", path);

    expect(await nginx.inspect(system)).toEqual({ state: "ok", detail: `1.22.1, ${path}` });
  });
});

/** The path of an executable shell script. */
function script(body: string): string {
  const folder = makeFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const path = folder.write("program", `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
