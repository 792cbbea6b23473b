import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import type { Trace } from "../../workshop/trace/collector.ts";
import type { WorkerId } from "../../workshop/trace/events.ts";
import { withStranger } from "./malformed.ts";

/**
 * The worker whose connection has both subscribed and published, if there is one: its last command was
 * a PUBLISH, and it listens.
 */
export async function doesBoth(redis: PrivateRedis, trace: Trace): Promise<WorkerId | undefined> {
  const list = await withStranger(redis, (client) => client.sendCommand(["CLIENT", "LIST"]));
  for (const line of String(list).split("\n")) {
    const port = Number(/ addr=\S*:(\d+) /.exec(line)?.[1]);
    const listens = /\b(?:sub|psub|ssub)=[1-9]/.test(line);
    if (listens && / cmd=s?publish\b/.test(line)) {
      const worker = trace.linkedBy(port);
      if (worker) return worker;
    }
  }
  return undefined;
}
