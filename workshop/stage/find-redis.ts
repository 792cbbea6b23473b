import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../catalog.ts";
import { MachineProblem } from "../problems.ts";
import { findProgram } from "./find-program.ts";

/**
 * Where the doctor puts the Redis server that it has built. Not among the notes, which tests keep
 * elsewhere: they use this one, too.
 */
export const BUILT_REDIS = join(root, ".workshop", "redis", "redis-server");

/** Where packages put programs although the PATH may not lead there. */
const FOLDERS = ["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/**
 * The Redis server to start, or that of its fork Valkey: `REDIS_SERVER_PATH`, else an installed one,
 * else the one that the doctor has built.
 *
 * @throws MachineProblem when there is none, or when `REDIS_SERVER_PATH` names no file.
 */
export function findRedisServer({ folders = FOLDERS, built = BUILT_REDIS } = {}): string {
  const named = process.env.REDIS_SERVER_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new MachineProblem(
      `REDIS_SERVER_PATH names ${named}, and there is no such file.`,
      "Correct or unset REDIS_SERVER_PATH.",
    );
  }
  const path = findProgram(["redis-server", "valkey-server", built], folders);
  if (path) return path;
  throw new MachineProblem(
    "No redis-server or valkey-server was found; it is needed from step 5 on.",
    "npm run doctor -- --fix",
  );
}

/** Redis' own command-line client, or Valkey's, where there is one. */
export function findRedisCli(): string | undefined {
  return findProgram(["redis-cli", "valkey-cli"], FOLDERS);
}
