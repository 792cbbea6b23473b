import { createClient } from "redis";

/** The two connections of a worker, closed when they are disposed. */
export type RedisClients = Awaited<ReturnType<typeof connectClients>>;

/** Connects as the solutions do. */
export async function connectClients(url: string) {
  const publisher = createClient({ url, disableOfflineQueue: true });
  const subscriber = createClient({ url });
  for (const client of [publisher, subscriber]) client.on("error", () => {});
  // The relay asks for a variant of it; a test shall be able to spy on what it uses.
  Object.assign(publisher, { withCommandOptions: () => publisher });
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return {
    publisher,
    subscriber,
    async [Symbol.asyncDispose]() {
      for (const client of [publisher, subscriber]) if (client.isOpen) client.destroy();
    },
  };
}

/** Lends connections, and lends those again that come back whole: to connect takes 40 ms. */
export class ClientPool implements AsyncDisposable {
  readonly #url: string;
  readonly #all: RedisClients[] = [];
  readonly #free: RedisClients[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  /** What is lent comes back when it is disposed. */
  async lend(): Promise<RedisClients> {
    const clients = this.#free.pop() ?? (await this.#connect());
    return {
      ...clients,
      [Symbol.asyncDispose]: async () => {
        const { publisher, subscriber } = clients;
        if (publisher.isReady && subscriber.isReady) this.#free.push(clients);
      },
    };
  }

  async #connect(): Promise<RedisClients> {
    const clients = await connectClients(this.#url);
    this.#all.push(clients);
    return clients;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((clients) => clients[Symbol.asyncDispose]()));
  }
}
