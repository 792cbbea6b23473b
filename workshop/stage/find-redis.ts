import { MachineProblem } from "../problems.ts";
import { findProgram } from "./find-program.ts";

/** The commands that will do, the best first: Redis, or its fork. */
export const REDIS_SERVERS = ["redis-server", "valkey-server"] as const;

/**
 * The Redis server to start.
 *
 * @throws MachineProblem when there is none.
 */
export function findRedisServer(): string {
  const path = findProgram(REDIS_SERVERS);
  if (path) return path;
  throw new MachineProblem(
    "No redis-server or valkey-server was found; from step 5 on the workshop starts one.",
    "npm run doctor -- --fix",
  );
}
