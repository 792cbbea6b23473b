/** The part of `redis` 4, 5 and 6 that a relay needs. */
interface NodeRedis {
  readonly isReady: boolean;
  publish(channel: string, message: Buffer): Promise<unknown>;
  subscribe(channel: string, listener: (message: Buffer) => void, asBuffer: true): Promise<unknown>;
  unsubscribe(
    channel: string,
    listener: (message: Buffer) => void,
    asBuffer: true,
  ): Promise<unknown>;
  pSubscribe: unknown;
  on(event: string, listener: () => void): unknown;
  once(event: "ready", listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** The part of `ioredis` 5 that it needs. */
interface IoRedis {
  readonly status: string;
  publish(channel: string, message: Buffer): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: "messageBuffer", listener: (channel: Buffer, message: Buffer) => void): unknown;
  on(event: string, listener: () => void): unknown;
  once(event: "ready", listener: () => void): unknown;
  off(event: "messageBuffer", listener: (channel: Buffer, message: Buffer) => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** A connected client of the `redis` or of the `ioredis` package. */
export type RedisClient = NodeRedis | IoRedis;

/** What the clients say when their connection is lost, whichever they are. */
const LOST = ["reconnecting", "close", "end"];

/** Redis pub/sub, spoken in the same words whichever client is used. */
export class Bus {
  readonly #publisher: RedisClient;
  readonly #subscriber: RedisClient;

  constructor(publisher: RedisClient, subscriber: RedisClient) {
    this.#publisher = withoutTimer(publisher);
    this.#subscriber = subscriber;
  }

  /** Whether both clients have their connections now. */
  get isReady(): boolean {
    return isReady(this.#publisher) && isReady(this.#subscriber);
  }

  /**
   * Publishes at once or not at all, and gives how many have received it: a frame that waits for
   * Redis in a queue would come out when nobody expects it any more.
   *
   * @throws Error when Redis is away.
   */
  async publish(channel: string, message: Buffer): Promise<number> {
    if (!isReady(this.#publisher)) throw new Error("Redis is away");
    return Number(await this.#publisher.publish(channel, message));
  }

  /** Subscribes as soon as Redis is there; gives what ends it. @throws Error when Redis refuses it. */
  async subscribe(
    channel: string,
    listener: (message: Buffer) => void,
  ): Promise<() => Promise<void>> {
    const client = this.#subscriber;
    // What some clients keep in a queue until they are connected, they send twice then.
    if (!isReady(client)) await new Promise<void>((resolve) => client.once("ready", resolve));
    if ("pSubscribe" in client) {
      await client.subscribe(channel, listener, true);
      return async () => void (await client.unsubscribe(channel, listener, true));
    }
    const filter = (from: Buffer, message: Buffer) => {
      if (from.toString() === channel) listener(message);
    };
    await client.subscribe(channel);
    client.on("messageBuffer", filter);
    return async () => {
      client.off("messageBuffer", filter);
      await client.unsubscribe(channel);
    };
  }

  /** Calls when the subscriber's connection is lost: what is published now does not come. */
  onLost(listener: () => void): () => void {
    for (const event of LOST) this.#subscriber.on(event, listener);
    return () => {
      for (const event of LOST) this.#subscriber.off(event, listener);
    };
  }
}

function isReady(client: RedisClient): boolean {
  return "status" in client ? client.status === "ready" : client.isReady;
}

/**
 * `redis` 6 sets a timer for each command, in case it cannot be written for 5 s. That costs more than
 * the command: left out, an acknowledged message through a tunnel takes a quarter less. What cannot be
 * written at once is not published here, and a tunnel that is not accepted has a timer of its own.
 */
function withoutTimer(client: RedisClient): RedisClient {
  return "withCommandOptions" in client && typeof client.withCommandOptions === "function"
    ? client.withCommandOptions({ timeout: undefined })
    : client;
}
