import { setTimeout as sleep } from "node:timers/promises";
import { createAdapter } from "@socket.io/redis-adapter";
import type { RedisClientType } from "redis";

type Listener = (message: Buffer, channel: Buffer) => void;
type Options = Parameters<typeof createAdapter>[2];
type Client = Pick<
  RedisClientType,
  "publish" | "sendCommand" | "subscribe" | "pSubscribe" | "unsubscribe" | "pUnsubscribe"
>;

/** How long the other workers may take to be counted, in ms. */
const COUNT_WITHIN = 500;

/**
 * `createAdapter`, for a worker that shall live on. The adapter drops the promises of what it
 * publishes, of its subscriptions and of what it makes of a message. When Redis goes away, or
 * somebody publishes nonsense on its channels, they are rejected, nobody catches it, and the process
 * ends. Here somebody does.
 *
 * Who knows its protocol can still do harm there, and disconnect everybody: a Redis is a place among
 * friends.
 */
export function createTolerantAdapter(publisher: Client, subscriber: Client, options: Options) {
  const create = createAdapter(tolerant(publisher), tolerant(subscriber), options);
  return function (namespace: unknown) {
    const adapter = create(namespace);
    // Its one method that is called without an await. Private, hence this way.
    const onRequest: (...request: unknown[]) => Promise<void> = Reflect.get(adapter, "onrequest");
    Reflect.set(adapter, "onrequest", (...request: unknown[]) =>
      onRequest.apply(adapter, request).catch(complain("an odd request")),
    );
    return adapter;
  };
}

/** The same client, with promises that are never rejected. */
function tolerant(client: Client): object {
  const guards = new Map<Listener, Listener>();

  /** The same listener. If one throws, the client drops what else has come with that message. */
  const guarded = (listener: Listener): Listener => {
    const guard: Listener = (message, channel) => {
      try {
        listener(message, channel);
      } catch (error) {
        complain("an odd message")(error);
      }
    };
    guards.set(listener, guard);
    return guard;
  };

  return Object.assign(Object.create(client), {
    publish: (...what: Parameters<Client["publish"]>) =>
      client.publish(...what).catch(complain("not published")),
    // Its one command: how many workers listen on a channel? While nobody answers, there is but us.
    sendCommand: (command: string[]) => {
      const alone = [command.at(-1), 1];
      const counted = client.sendCommand(command).catch(() => alone);
      return Promise.race([counted, sleep(COUNT_WITHIN, alone)]);
    },
    subscribe: (channels: string[], listener: Listener) =>
      client.subscribe(channels, guarded(listener), true).catch(complain("not subscribed")),
    pSubscribe: (pattern: string, listener: Listener) =>
      client.pSubscribe(pattern, guarded(listener), true).catch(complain("not subscribed")),
    unsubscribe: (channel: string, listener: Listener) =>
      client.unsubscribe(channel, guards.get(listener), true).catch(complain("not unsubscribed")),
    pUnsubscribe: (pattern: string, listener: Listener) =>
      client.pUnsubscribe(pattern, guards.get(listener), true).catch(complain("not unsubscribed")),
  });
}

function complain(what: string): (error: unknown) => void {
  return (error) => {
    console.error(`adapter: ${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
}
