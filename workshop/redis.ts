import { handOver } from "./hand-over.ts";
import { UsageProblem } from "./problems.ts";
import { runningSession } from "./session-note.ts";
import { findRedisCli } from "./stage/find-redis.ts";

/**
 * Runs redis-cli on the Redis of the running session; where there is none, a client of our own that
 * knows one command a call. Gives the exit code. `WORKSHOP_NO_REDIS_CLI` forces that other way.
 *
 * @throws UsageProblem when no session is running, or one without Redis.
 * @throws MachineProblem when our own client cannot reach the Redis.
 */
export async function runRedis(words: string[]): Promise<number> {
  const url = redisOfSession();
  const cli = process.env.WORKSHOP_NO_REDIS_CLI ? undefined : findRedisCli();
  if (cli) return runRedisCli(cli, url, words);
  const { runClient } = await import("./redis/client.ts");
  return runClient(url, words);
}

function redisOfSession(): URL {
  const session = runningSession();
  if (!session) {
    throw new UsageProblem("No session is running. Start one in another terminal: npm run step 5");
  }
  if (session.redis) return new URL(session.redis);
  throw new UsageProblem(
    `The running session has no Redis: it is at step ${session.step}, and Redis comes with step 5.`,
  );
}

/** A password goes by the environment: everybody on the machine can read a command line. */
async function runRedisCli(program: string, url: URL, words: string[]): Promise<number> {
  const address = new URL(url);
  address.username = "";
  address.password = "";
  const user = url.username ? ["--user", decodeURIComponent(url.username)] : [];
  return handOver(program, ["-u", address.href, ...user, ...words], {
    ...process.env,
    // Undefined removes the one that the person may have set for another Redis.
    REDISCLI_AUTH: url.password ? decodeURIComponent(url.password) : undefined,
  });
}
