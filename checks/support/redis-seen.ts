import type { Finding } from "../../workshop/problems.ts";
import type { Trace } from "../../workshop/trace/collector.ts";
import type { TracedCommand } from "../../workshop/trace/events.ts";

/** What the app's workers have said on channels of their Redis. */
export function published(trace: Trace): TracedCommand[] {
  return trace.commands.filter(({ command, worker }) => worker && command.endsWith("PUBLISH"));
}

/** Which channels and patterns the app's workers listen on, one entry for each worker. */
export function subscribed(trace: Trace): TracedCommand[] {
  return trace.commands.filter(({ command, worker }) => worker && command.endsWith("SUBSCRIBE"));
}

/** The channels that the app's workers have used so far, without patterns. */
export function channelsOf(trace: Trace): string[] {
  const used = trace.commands.filter(({ command, worker }) => worker && command !== "PSUBSCRIBE");
  return [...new Set(used.map(({ channel }) => channel))];
}

/** Why a message has not come to another worker, as far as Redis has seen it. */
export function whyNotHeard(trace: Trace): Pick<Finding, "look" | "hint"> {
  if (!trace.events.some(({ kind }) => kind === "link")) {
    return {
      look: { file: "redis.ts", todo: "5.1" },
      hint: "No worker has connected to the Redis at REDIS_URL. TODO 5.1 makes the clients, TODO 5.3 connects them.",
    };
  }
  if (subscribed(trace).length === 0) {
    return {
      look: { file: "server.ts", todo: "5.3" },
      hint: "The workers have connected to Redis, and none has subscribed to a channel.",
    };
  }
  const publish = published(trace).at(-1);
  if (!publish) {
    return {
      look: { file: "server.ts", todo: "5.2" },
      hint: "The workers have subscribed, and none has published anything.",
    };
  }
  if (publish.received === 0) {
    return {
      look: { file: "server.ts", todo: "5.3" },
      hint: `What is published on ${publish.channel} is received by nobody: who subscribes to that channel?`,
    };
  }
  return {
    look: { file: "server.ts", todo: "5.3" },
    hint: `Redis has passed it on (${publish.received} received it). What does a worker do with what it receives?`,
  };
}
