import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClientType } from "redis";

type Listener = (message: Buffer, channel: Buffer) => void;
type Client = Pick<
  RedisClientType,
  | "isOpen"
  | "publish"
  | "sPublish"
  | "sendCommand"
  | "subscribe"
  | "pSubscribe"
  | "sSubscribe"
  | "unsubscribe"
  | "pUnsubscribe"
  | "sUnsubscribe"
>;
/** `createAdapter` or `createShardedAdapter`. */
type Create<O, A> = (
  publisher: unknown,
  subscriber: unknown,
  options: O,
) => (namespace: unknown) => A;

/** How long the other workers may take to be counted, in ms. */
const COUNT_WITHIN = 500;
/** After what time a subscription that has not held is tried again, in ms. */
const AGAIN = 1000;
/** What Socket.IO tells a server itself, and refuses to send to another. */
const RESERVED = ["connect", "connection", "new_namespace"];

/**
 * An adapter for a worker that shall live on. Both kinds drop promises: of what they publish, of their
 * subscriptions, or of what they make of a message. When Redis goes away, or somebody publishes
 * nonsense on their channels, these are rejected, nobody catches it, and the process ends. Here
 * somebody does.
 *
 * Who knows its protocol can still do harm there, and disconnect everybody: a Redis is a place among
 * friends.
 */
export function createTolerantAdapter<O, A extends object>(
  create: Create<O, A>,
  publisher: Client,
  subscriber: Client,
  options: O,
): (namespace: object) => A {
  const createOne = create(tolerant(publisher), tolerant(subscriber), options);
  return function (namespace) {
    shield(namespace);
    const adapter = createOne(namespace);
    // The one method of createAdapter's that is called without an await. Private, hence this way.
    const onRequest: unknown = Reflect.get(adapter, "onrequest");
    if (typeof onRequest === "function") {
      Reflect.set(adapter, "onrequest", async (...request: unknown[]) => {
        try {
          await onRequest.apply(adapter, request);
        } catch (error) {
          complain("an odd request")(error);
        }
      });
    }
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
    sPublish: (...what: Parameters<Client["sPublish"]>) =>
      client.sPublish(...what).catch(complain("not published")),
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
    sSubscribe: (channel: string, listener: Listener) => {
      const guard = guarded(listener);
      return insist(client, () => client.sSubscribe(channel, guard, true));
    },
    unsubscribe: (channel: string, listener: Listener) =>
      client.unsubscribe(channel, guards.get(listener), true).catch(complain("not unsubscribed")),
    pUnsubscribe: (pattern: string, listener: Listener) =>
      client.pUnsubscribe(pattern, guards.get(listener), true).catch(complain("not unsubscribed")),
    sUnsubscribe: (channel: string) =>
      client.sUnsubscribe(channel).catch(complain("not unsubscribed")),
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
