import { createClient } from "redis";
import type { Trace } from "./collector.ts";
import type { TracedCommand, WorkerId } from "./events.ts";

/** The commands by which workers reach each other. */
const TOLD = new Set(["PUBLISH", "SUBSCRIBE", "PSUBSCRIBE", "SPUBLISH", "SSUBSCRIBE"]);

/** How long a worker's report of its connection may take longer than its first command, in ms. */
const LINK_WITHIN = 300;

/**
 * Watches a Redis and adds to a trace which worker published on which channel, and how many
 * received it. By MONITOR, never by a subscription: PUBLISH counts each listener, and so would the
 * app. When Redis goes away and comes back, so does this.
 *
 * @throws when the server does not answer, or does not allow MONITOR.
 */
export async function watchRedis(url: string, trace: Trace): Promise<AsyncDisposable> {
  const monitor = createClient({ url });
  const asker = createClient({ url, disableOfflineQueue: true });
  // A Redis that is away is for the app to deal with; here it only means silence.
  for (const client of [monitor, asker]) client.on("error", () => {});

  const subscribers = new Subscribers();
  const links = new Links(trace);
  let queue: Told[] = [];
  let draining = false;

  const drain = async () => {
    if (draining) return;
    draining = true;
    while (queue.length > 0) {
      const told = queue;
      queue = [];
      for (const { port, command, channels } of told) {
        if (command === "PSUBSCRIBE") subscribers.add(port, channels);
      }
      const published = told.filter(({ bytes }) => bytes !== undefined);
      const received = await subscribers.count(
        asker,
        published.flatMap(({ channels }) => channels),
      );
      for (const item of told) {
        for (const event of await eventsOf(item, links, received)) trace.add(event);
      }
    }
    draining = false;
  };

  await Promise.all([monitor.connect(), asker.connect()]);
  await monitor.monitor((line) => {
    const told = parse(String(line));
    if (!told) return;
    queue.push(told);
    void drain();
  });
  return {
    async [Symbol.asyncDispose]() {
      monitor.destroy();
      asker.destroy();
    },
  };
}

/** One line of MONITOR that is of interest. */
interface Told {
  at: number;
  /** The client's port; 0 where it has none, on a Unix socket or in a script. */
  port: number;
  command: string;
  channels: string[];
  bytes: number | undefined;
}

/** Reads `1795376554.226783 [0 127.0.0.1:58962] "PUBLISH" "chat:said" "{\"text\":…}"`. */
export function parse(line: string): Told | undefined {
  const [, seconds, address = "", command = "", rest = ""] =
    /^(\d+\.\d+) \[\d+ ([^\]]*)\] "(\w+)"(.*)$/s.exec(line) ?? [];
  const name = command.toUpperCase();
  if (!seconds || !TOLD.has(name)) return undefined;
  const words = wordsIn(rest);
  const isPublish = name.endsWith("PUBLISH");
  return {
    at: Number(seconds) * 1000,
    port: Number(address.split(":").at(-1)) || 0,
    command: name,
    channels: isPublish ? words.slice(0, 1) : words,
    bytes: isPublish ? Buffer.byteLength(words[1] ?? "", "latin1") : undefined,
  };
}

/** The quoted words of a line, a character for each byte. */
function wordsIn(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, word = ""]) =>
    word.replace(/\\(?:x([0-9a-f]{2})|(.))/gs, (_, hex?: string, letter?: string) =>
      hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPED[letter ?? ""] ?? letter ?? ""),
    ),
  );
}

const ESCAPED: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\u0007", b: "\b" };

type Asker = Pick<ReturnType<typeof createClient>, "sendCommand">;

/** Who listens. Redis tells that of channels; of patterns it only tells how many a client has. */
class Subscribers {
  readonly #patterns = new Map<number, Set<string>>();

  add(port: number, patterns: readonly string[]): void {
    this.#patterns.set(port, new Set([...(this.#patterns.get(port) ?? []), ...patterns]));
  }

  /** How many receive what is published on each of these channels. Empty when Redis is away. */
  async count(asker: Asker, channels: readonly string[]): Promise<Map<string, number>> {
    const wanted = [...new Set(channels)];
    if (wanted.length === 0) return new Map();
    try {
      const [numbers, clients] = await Promise.all([
        asker.sendCommand<(string | number)[]>(["PUBSUB", "NUMSUB", ...wanted]),
        this.#patterns.size > 0
          ? asker.sendCommand<string>(["CLIENT", "LIST", "TYPE", "PUBSUB"])
          : "",
      ]);
      const alive = [...String(clients).matchAll(/ addr=\S*:(\d+) /g)].map(([, port]) =>
        Number(port),
      );
      const patterns = alive.flatMap((port) => [...(this.#patterns.get(port) ?? [])]);
      for (const port of this.#patterns.keys()) {
        if (!alive.includes(port)) this.#patterns.delete(port);
      }
      return new Map(
        wanted.map((channel, at) => [
          channel,
          Number(numbers[at * 2 + 1]) + patterns.filter((glob) => matches(glob, channel)).length,
        ]),
      );
    } catch {
      return new Map();
    }
  }
}

/** Redis patterns, but for their character classes, which nobody here uses. */
function matches(glob: string, channel: string): boolean {
  const source = glob.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*");
  return new RegExp(`^${source.replaceAll("?", ".")}$`, "s").test(channel);
}

async function eventsOf(
  { at, port, command, channels, bytes }: Told,
  links: Links,
  received: Map<string, number>,
): Promise<TracedCommand[]> {
  const worker = await links.workerAt(port);
  return channels.map((channel) => ({
    kind: "command",
    at,
    worker,
    command,
    channel,
    bytes,
    received: bytes === undefined ? undefined : received.get(channel),
  }));
}

/** Whose connections they are. The workers' own reports take another way, and may come later. */
class Links {
  readonly #trace: Trace;
  readonly #strangers = new Set<number>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  async workerAt(port: number): Promise<WorkerId | undefined> {
    if (!this.#trace.linkedBy(port) && !this.#strangers.has(port)) {
      await this.#report(port);
      if (!this.#trace.linkedBy(port)) this.#strangers.add(port);
    }
    return this.#trace.linkedBy(port);
  }

  #report(port: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#trace.linkedBy(port)) done();
      };
      const done = () => {
        clearTimeout(timer);
        this.#trace.off("event", look);
        resolve();
      };
      const timer = setTimeout(done, LINK_WITHIN);
      this.#trace.on("event", look);
    });
  }
}
