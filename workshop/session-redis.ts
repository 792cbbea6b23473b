import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { REDIS_PREFIX, root } from "./catalog.ts";
import type { RedisAddress } from "./stage/app.ts";
import { reachRedis, withoutPassword } from "./stage/reach-redis.ts";
import { startRedis, type PrivateRedis } from "./stage/redis.ts";
import type { Run } from "./stage/run.ts";

/** The Redis of a session. */
export interface SessionRedis extends RedisAddress {
  /** Where it is and whose, for a person; without a password. */
  about: string;
  /** Its version; undefined when it does not tell. */
  version: string | undefined;
  /** The session's own, which may be stopped and started; undefined when `REDIS_URL` names one. */
  own: PrivateRedis | undefined;
}

/**
 * Takes the Redis that `REDIS_URL` names, or starts one of the session's own. On one that others may
 * use, the session keeps to a prefix of its own: two of them must not hear each other.
 *
 * @param onEnd called when the session's own Redis has ended and nobody here wanted it to
 * @throws MachineProblem when it cannot be used, or none can be started.
 */
export async function openSessionRedis(run: Run, onEnd: () => void): Promise<SessionRedis> {
  const named = process.env.REDIS_URL;
  if (named) {
    const version = await reachRedis(named);
    const about = `${withoutPassword(named)} (${version ?? "version unknown"}, from REDIS_URL)`;
    return { url: named, prefix: prefixOfClone(), about, version, own: undefined };
  }
  const own = await startRedis(run, "redis", onEnd);
  const version = await reachRedis(own.url, "own").catch(async (error: unknown) => {
    await own[Symbol.asyncDispose]();
    throw error;
  });
  const about = `${own.url} (${version ?? "version unknown"}, this session's own)`;
  return { url: own.url, prefix: REDIS_PREFIX, about, version, own };
}

/** The same each time, and another in each clone: `broken-handshakes:1f2e3d4c`. */
function prefixOfClone(): string {
  const name = createHash("sha256").update(`${hostname()}:${root}`).digest("hex").slice(0, 8);
  return `broken-handshakes:${name}`;
}
