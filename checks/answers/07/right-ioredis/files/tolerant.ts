import { createAdapter } from "@socket.io/redis-adapter";
import type { Redis } from "ioredis";

type Options = Parameters<typeof createAdapter>[2];

/** `createAdapter` over ioredis, with promises that are never rejected, and listeners that never throw. */
export function createTolerantAdapter(publisher: Redis, subscriber: Redis, options: Options) {
  const create = createAdapter(tolerant(publisher), tolerant(subscriber), options);
  return function (namespace: unknown) {
    const adapter = create(namespace);
    const onRequest: (...request: unknown[]) => Promise<void> = Reflect.get(adapter, "onrequest");
    Reflect.set(adapter, "onrequest", async (...request: unknown[]) => {
      await onRequest.apply(adapter, request).catch(complain);
    });
    return adapter;
  };
}

function tolerant(client: Redis): Redis {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const args =
          name === "on" ? given.map((one) => (isListener(one) ? calm(one) : one)) : given;
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? result.catch(complain) : result;
      };
    },
  });
}

type Listener = (...what: unknown[]) => unknown;

function isListener(value: unknown): value is Listener {
  return typeof value === "function";
}

function calm(listener: Listener): Listener {
  return function (this: unknown, ...what) {
    try {
      const result = listener.apply(this, what);
      if (result instanceof Promise) result.catch(complain);
    } catch (error) {
      complain(error);
    }
  };
}

function complain(error: unknown): void {
  console.error(`adapter: ${error instanceof Error ? error.message : String(error)}`);
}
