import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MachineProblem } from "../problems.ts";
import { makeFolder, type Folder } from "../testing/folder.ts";
import { findRedisServer } from "./find-redis.ts";

afterEach(() => vi.unstubAllEnvs());

describe("the Redis server", () => {
  test("is Redis before Valkey, and either before the one that we have built", () => {
    using folder = emptyMachine();
    const built = executable(folder, "built/redis-server");
    const look = () => findRedisServer({ folders: [join(folder.path, "bin")], built });

    expect(look()).toBe(built);
    const valkey = executable(folder, "bin/valkey-server");
    expect(look()).toBe(valkey);
    const redis = executable(folder, "bin/redis-server");
    expect(look()).toBe(redis);
  });

  test("is looked for on the PATH first", () => {
    using folder = emptyMachine();
    const onPath = executable(folder, "on path/redis-server");
    executable(folder, "bin/redis-server");
    vi.stubEnv("PATH", join(folder.path, "on path"));

    expect(findRedisServer({ folders: [join(folder.path, "bin")] })).toBe(onPath);
  });

  test("is the one that REDIS_SERVER_PATH names, whatever else there is", () => {
    using folder = emptyMachine();
    executable(folder, "bin/redis-server");
    vi.stubEnv("REDIS_SERVER_PATH", executable(folder, "mine"));

    expect(findRedisServer({ folders: [join(folder.path, "bin")] })).toBe(
      join(folder.path, "mine"),
    );
  });

  test("is not guessed when REDIS_SERVER_PATH names no file", () => {
    vi.stubEnv("REDIS_SERVER_PATH", "/no/such/redis");

    expect(() => findRedisServer()).toThrow(
      "REDIS_SERVER_PATH names /no/such/redis, and there is no such file.",
    );
  });

  test("that is nowhere is a matter for the doctor", () => {
    using folder = emptyMachine();
    const look = () => findRedisServer({ folders: [], built: join(folder.path, "redis-server") });

    expect(look).toThrow(MachineProblem);
    expect(look).toThrow("it is needed from step 5 on");
  });
});

/** A folder for programs, on a machine that has none elsewhere. */
function emptyMachine(): Folder {
  vi.stubEnv("PATH", "/no/such/folder");
  vi.stubEnv("REDIS_SERVER_PATH", undefined);
  return makeFolder();
}

function executable(folder: Folder, name: string): string {
  const path = folder.write(name, "#!/bin/sh\n");
  chmodSync(path, 0o755);
  return path;
}
