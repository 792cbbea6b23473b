import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import type { Trace } from "./collector.ts";
import type { TracedCommand } from "./events.ts";

/** The commands by which workers reach each other, as they are shown. */
const SHOWN = new Set(["PUBLISH", "SUBSCRIBE", "PSUBSCRIBE", "SPUBLISH", "SSUBSCRIBE"]);
/** And what else has to be known to count who listens. */
const NOTED = new Set([...SHOWN, "PUNSUBSCRIBE"]);

/**
 * How long is waited for a Redis that does not answer to begin with, in ms; not at all for one that is
 * away. What comes later is watched from then on.
 */
const JOIN_WITHIN = 2_000;
/** How long a worker's report of its connection may take longer than its first command, in ms. */
const LINK_WITHIN = 300;

/**
 * Watches a Redis and adds to a trace which worker published on which channel, and how many
 * received it. By MONITOR, never by a subscription: PUBLISH counts each listener, and so would the
 * app. When Redis goes away and comes back, so does this. Of what strangers do there, it tells only
 * what is on channels with the prefix.
 *
 * @throws when the server does not allow MONITOR.
 */
export async function watchRedis(
  { url, prefix }: { url: string; prefix: string },
  trace: Trace,
): Promise<AsyncDisposable> {
  // Back before the workers are, to see them subscribe again.
  const monitor = createClient({ url, socket: { reconnectStrategy: () => 20 } });
  const asker = createClient({ url, disableOfflineQueue: true });
  // A Redis that is away is for the app to deal with; here it only means silence.
  for (const client of [monitor, asker]) client.on("error", () => {});
  const away = new Promise<void>((resolve) => {
    monitor.on("error", (error) => void ("code" in error && resolve()));
  });

  const links = new Links(trace);
  const listeners = new Listeners(asker, trace);
  let queue: Told[] = [];
  let draining = false;

  const drain = async () => {
    if (draining) return;
    draining = true;
    while (queue.length > 0) {
      const told = queue;
      queue = [];
      await links.know(told.map(({ port }) => port));
      for (const item of told) listeners.note(item);
      const received = await listeners.count(told);
      for (const event of told.flatMap((item) => eventsOf(item, trace, received))) {
        if (event.worker || event.channel.startsWith(prefix)) trace.add(event);
      }
    }
    draining = false;
  };

  const close = async () => {
    monitor.destroy();
    asker.destroy();
  };
  const joined = Promise.all([monitor.connect(), asker.connect()]).then(() =>
    monitor.monitor((line) => {
      const told = parse(String(line));
      if (!told) return;
      queue.push(told);
      void drain();
    }),
  );
  try {
    await Promise.race([joined, away, sleep(JOIN_WITHIN, undefined, { ref: false })]);
  } catch (error) {
    await close();
    throw error;
  }
  // Who is refused later than that has no business there either.
  joined.catch(close);
  return { [Symbol.asyncDispose]: close };
}

/** One line of MONITOR that is of interest. */
interface Told {
  at: number;
  /** The client's port; 0 where it has none, on a Unix socket or in a script. */
  port: number;
  command: string;
  /** Channels or patterns, a character for each byte. */
  channels: string[];
  bytes: number | undefined;
}

/** Reads `1795376554.226783 [0 127.0.0.1:58962] "PUBLISH" "chat:said" "{\"text\":…}"`. */
export function parse(line: string): Told | undefined {
  const [, seconds, address = "", command = "", rest = ""] =
    /^(\d+\.\d+) \[\d+ (.*?)\] "(\w+)"(.*)$/s.exec(line) ?? [];
  const name = command.toUpperCase();
  if (!seconds || !NOTED.has(name)) return undefined;
  const words = wordsIn(rest);
  const isPublish = name.endsWith("PUBLISH");
  return {
    at: Number(seconds) * 1000,
    port: Number(address.split(":").at(-1)) || 0,
    command: name,
    channels: isPublish ? words.slice(0, 1) : words,
    bytes: isPublish ? (words[1]?.length ?? 0) : undefined,
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

function bytesOf(word: string): Buffer {
  return Buffer.from(word, "latin1");
}

function eventsOf(
  { at, port, command, channels, bytes }: Told,
  trace: Trace,
  received: Map<string, number>,
): TracedCommand[] {
  if (!SHOWN.has(command)) return [];
  return channels.map((channel) => ({
    kind: "command",
    at,
    worker: trace.linkedBy(port),
    command,
    channel: bytesOf(channel).toString("utf8"),
    bytes,
    received: bytes === undefined ? undefined : received.get(channel),
  }));
}

type Asker = Pick<ReturnType<typeof createClient>, "sendCommand">;

/**
 * Who listens. Redis tells that of channels. Of patterns it only tells how many a client has; which,
 * is known from what that client, or the same worker before it, was heard to ask for.
 */
class Listeners {
  readonly #asker: Asker;
  readonly #trace: Trace;
  readonly #byPort = new Map<number, Set<string>>();
  readonly #byWorker = new Map<number, Set<string>>();

  constructor(asker: Asker, trace: Trace) {
    this.#asker = asker;
    this.#trace = trace;
  }

  note({ port, command, channels }: Told): void {
    if (command !== "PSUBSCRIBE" && command !== "PUNSUBSCRIBE") return;
    const patterns = this.#byPort.get(port) ?? new Set();
    for (const pattern of channels) {
      if (command === "PSUBSCRIBE") patterns.add(pattern);
      else patterns.delete(pattern);
    }
    this.#byPort.set(port, patterns);
    const worker = this.#trace.linkedBy(port);
    if (worker) this.#byWorker.set(worker.pid, patterns);
  }

  /** How many receive what is published on each channel; without those of which it is not known. */
  async count(told: readonly Told[]): Promise<Map<string, number>> {
    const published = told.filter(({ bytes }) => bytes !== undefined);
    const wanted = [...new Set(published.flatMap(({ channels }) => channels))];
    if (wanted.length === 0) return new Map();
    try {
      const [numbers, clients] = await Promise.all([
        this.#asker.sendCommand<unknown[]>(["PUBSUB", "NUMSUB", ...wanted.map(bytesOf)]),
        this.#asker.sendCommand<unknown>(["CLIENT", "LIST", "TYPE", "PUBSUB"]),
      ]);
      const patterns = this.#patternsOf(String(clients));
      if (!patterns) return new Map();
      return new Map(
        wanted.map((channel, at) => [
          channel,
          Number(numbers[at * 2 + 1]) + patterns.filter((glob) => matches(glob, channel)).length,
        ]),
      );
    } catch {
      // Redis has gone in between.
      return new Map();
    }
  }

  /** The patterns of all clients in that list; undefined when those of one are not known. */
  #patternsOf(list: string): string[] | undefined {
    const all: string[] = [];
    const alive = new Set<number>();
    for (const [, port, count] of list.matchAll(/ addr=\S*:(\d+) .* psub=(\d+) /g)) {
      alive.add(Number(port));
      if (count === "0") continue;
      const pid = this.#trace.linkedBy(Number(port))?.pid;
      const known = [this.#byPort.get(Number(port)), this.#byWorker.get(pid ?? 0)];
      const patterns = known.find((set) => set?.size === Number(count));
      if (!patterns) return undefined;
      all.push(...patterns);
    }
    for (const port of this.#byPort.keys()) if (!alive.has(port)) this.#byPort.delete(port);
    return all;
  }
}

/** Redis patterns, but for their character classes, which nobody here uses. */
function matches(glob: string, channel: string): boolean {
  const source = glob.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*");
  return new RegExp(`^${source.replaceAll("?", ".")}$`, "s").test(channel);
}

/** Whose connections they are. The workers' own reports take another way, and may come later. */
class Links {
  readonly #trace: Trace;
  readonly #strangers = new Set<number>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Waits until each of these ports is known, or is not going to be. */
  async know(ports: readonly number[]): Promise<void> {
    const unknown = new Set(
      ports.filter((port) => !this.#trace.linkedBy(port) && !this.#strangers.has(port)),
    );
    if (unknown.size === 0) return;
    await this.#report(unknown);
    for (const port of unknown) this.#strangers.add(port);
  }

  /** Takes away from the ports those that are reported, until none is left or the time is over. */
  #report(unknown: Set<number>): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        for (const port of unknown) if (this.#trace.linkedBy(port)) unknown.delete(port);
        if (unknown.size === 0) done();
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
