import { setTimeout as sleep } from "node:timers/promises";
import { createAdapter } from "@socket.io/redis-adapter";
import type { RedisClientType } from "redis";

type Listener = (message: Buffer, channel: Buffer) => void;
type Options = Parameters<typeof createAdapter>[2];
type Client = Pick<
  RedisClientType,
  "isOpen" | "publish" | "sendCommand" | "subscribe" | "pSubscribe" | "unsubscribe" | "pUnsubscribe"
>;

/** How long the other workers may take to be counted, in ms. */
const COUNT_WITHIN = 500;
/** After what time a subscription that has not held is tried again, in ms. */
const AGAIN = 1000;
/** What Socket.IO tells a server itself, and refuses to send to another. */
const RESERVED = ["connect", "connection", "new_namespace"];

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
  return function (namespace: object) {
    shield(namespace);
    const adapter = create(namespace);
    // Its one method that is called without an await. Private, hence this way.
    const onRequest: (...request: unknown[]) => Promise<void> = Reflect.get(adapter, "onrequest");
    Reflect.set(adapter, "onrequest", (...request: unknown[]) =>
      onRequest.apply(adapter, request).catch(complain("an odd request")),
    );
    return adapter;
  };
}

/** Refuses events that no server sends: "connection" would come with a socket that is none. */
function shield(namespace: object): void {
  // Private, too.
  const onEvent: (event: unknown[]) => void = Reflect.get(namespace, "_onServerSideEmit");
  Reflect.set(namespace, "_onServerSideEmit", (event: unknown[]) => {
    const [name] = event;
    if (typeof name !== "string" || RESERVED.includes(name)) {
      throw new Error("an event that no server sends");
    }
    onEvent.call(namespace, event);
  });
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
    subscribe: (channels: string[], listener: Listener) => {
      const guard = guarded(listener);
      return insist(client, () => client.subscribe(channels, guard, true));
    },
    pSubscribe: (pattern: string, listener: Listener) => {
      const guard = guarded(listener);
      return insist(client, () => client.pSubscribe(pattern, guard, true));
    },
    unsubscribe: (channel: string, listener: Listener) =>
      client.unsubscribe(channel, guards.get(listener), true).catch(complain("not unsubscribed")),
    pUnsubscribe: (pattern: string, listener: Listener) =>
      client.pUnsubscribe(pattern, guards.get(listener), true).catch(complain("not unsubscribed")),
  });
}

/**
 * Subscribes until it holds. After a break the client subscribes anew, but only to what Redis has
 * confirmed before: where the connection breaks earlier, the worker would be deaf for ever.
 */
async function insist(client: Client, subscribe: () => Promise<void>): Promise<void> {
  do {
    try {
      return await subscribe();
    } catch (error) {
      complain("not subscribed")(error);
    }
    await sleep(AGAIN, undefined, { ref: false });
  } while (client.isOpen);
}

function complain(what: string): (error: unknown) => void {
  return (error) => {
    console.error(`adapter: ${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
}
