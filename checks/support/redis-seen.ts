import type { Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
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

/** Why a message has not come to another worker, as far as Redis and the workers' log tell. */
export function whyNotHeard({ trace, output }: App): Pick<Finding, "look" | "hint"> {
  const links = new Set(trace.events.flatMap((event) => (event.kind === "link" ? event.port : [])));
  if (links.size === 0) {
    if (/The client is closed/.test(output.err)) {
      return {
        look: { file: "server.ts", todo: "5.3" },
        hint: "A client of Redis has to be connected before it is asked for something: await connectRedis() comes first.",
      };
    }
    return {
      look: { file: "redis.ts", todo: "5.1" },
      hint: "No worker has connected to the Redis at REDIS_URL. TODO 5.1 makes the clients, as createClient({ url, … }); TODO 5.3 connects them.",
    };
  }
  const said = ON_THE_LOG.find(({ sign }) => sign.test(output.err));
  if (said) return said.advice;
  const listeners = subscribed(trace);
  if (listeners.length === 0) {
    const reason = /is alone: ([^\n]+)/.exec(output.err)?.[1];
    return {
      look: { file: "server.ts", todo: "5.3" },
      hint: `The workers have connected to Redis, and none has subscribed to a channel.${reason ? ` hearTheOthers ended with "${reason}".` : ""}`,
    };
  }
  const publish = published(trace).at(-1);
  if (!publish) {
    const workers = new Set(listeners.map(({ worker }) => worker?.pid));
    return {
      look: { file: "server.ts", todo: links.size > workers.size ? "5.2" : "5.3" },
      hint:
        links.size > workers.size
          ? "The workers have subscribed, and none has published anything that Redis could take: a text."
          : "None has published anything: each worker has one connection to Redis, and that has subscribed. Both clients have to connect.",
    };
  }
  if (publish.received === 0) {
    const { channel } = publish;
    const isMessage = /[{\s]/.test(channel);
    return {
      look: { file: "server.ts", todo: isMessage ? "5.2" : "5.3" },
      hint: isMessage
        ? "The message has been published as the name of a channel: it is publish(channel, message)."
        : `What is published on ${channel} is received by nobody: they have subscribed to ${listeners[0]?.channel}.`,
    };
  }
  const channels = new Set(listeners.map(({ channel }) => channel));
  if (channels.size > 1) {
    return {
      look: { file: "server.ts", todo: "5.3" },
      hint: `The workers do not listen on the same channel: ${[...channels].toSorted().join(", ")}.`,
    };
  }
  return {
    look: { file: "server.ts", todo: "5.3" },
    hint: `Redis has passed it on (${publish.received} received it), so it came to the listener that subscribe(channel, listener) was given, as (message, channel). readNews gives undefined for what is not { origin, said }.`,
  };
}

/** What clients of Redis say that are used as they cannot be. */
const ON_THE_LOG: { sign: RegExp; advice: Pick<Finding, "look" | "hint"> }[] = [
  {
    sign: /Socket already opened/,
    advice: {
      look: { file: "redis.ts", todo: "5.1" },
      hint: "One client of Redis is connected twice. Once is enough, at the start; and the one that subscribes must be another than the one that publishes.",
    },
  },
  {
    sign: /in subscriber mode|only \(P\|S\)SUBSCRIBE/i,
    advice: {
      look: { file: "redis.ts", todo: "5.1" },
      hint: "A connection that has subscribed refuses to publish: that takes a second client.",
    },
  },
];
