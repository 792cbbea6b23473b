import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClientType } from "redis";

type Client = Pick<
  RedisClientType,
  "publish" | "sendCommand" | "subscribe" | "pSubscribe" | "unsubscribe" | "pUnsubscribe"
>;
type Listener = (message: Buffer, channel: Buffer) => void;

/** How long the others may take to be counted, in ms. */
const COUNT_WITHIN = 500;

/**
 * A Redis client as the adapter needs it, in a worker that shall live on. The adapter awaits neither
 * what it publishes nor its subscriptions, so an error there would be nobody's, and end the process;
 * and it trusts what comes over its channels, where whoever reaches Redis can publish. (Who knows its
 * protocol can still do harm there, and disconnect everybody. A Redis is a place among friends.)
 */
export function tolerant<T extends Client>(client: T): T {
  const listeners = new Map<Listener, Listener>();

  /** The same listener, which an odd message does not bring down. */
  const guarded = (listener: Listener): Listener => {
    const guard: Listener = (message, channel) => {
      try {
        listener(message, channel);
      } catch (error) {
        complain(`an odd message on ${channel.toString()}`, error);
      }
    };
    listeners.set(listener, guard);
    return guard;
  };

  return Object.assign(Object.create(client), {
    publish: (channel: string, message: string | Buffer) =>
      client.publish(channel, message).catch((error) => {
        complain("not published", error);
        return 0;
      }),
    // Its one command: how many workers listen on a channel? While nobody answers, there is but us.
    sendCommand: async (command: string[]) => {
      const alone = [command.at(-1), 1];
      const counted = client.sendCommand(command).catch(() => alone);
      return Promise.race([counted, sleep(COUNT_WITHIN, alone)]);
    },
    subscribe: (channels: string[], listener: Listener) =>
      client
        .subscribe(channels, guarded(listener), true)
        .catch((error) => complain("not subscribed", error)),
    pSubscribe: (pattern: string, listener: Listener) =>
      client
        .pSubscribe(pattern, guarded(listener), true)
        .catch((error) => complain("not subscribed", error)),
    unsubscribe: (channel: string, listener: Listener) =>
      client.unsubscribe(channel, listeners.get(listener), true).catch(() => {}),
    pUnsubscribe: (pattern: string, listener: Listener) =>
      client.pUnsubscribe(pattern, listeners.get(listener), true).catch(() => {}),
  });
}

function complain(what: string, error: unknown): void {
  console.error(`adapter: ${what}: ${error instanceof Error ? error.message : String(error)}`);
}
