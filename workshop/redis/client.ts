import { once } from "node:events";
import { createClient, ErrorReply, RESP_TYPES } from "redis";
import { MachineProblem, UsageProblem } from "../problems.ts";
import { formatReply } from "./reply.ts";

const EXAMPLES = ["PING", "INFO clients", "PUBSUB CHANNELS", "MONITOR"]
  .map((command) => `npm run redis -- ${command}`)
  .join(", ");

/**
 * Sends one command to a Redis and prints the reply as redis-cli does in a terminal. MONITOR and the
 * SUBSCRIBEs print what comes until Ctrl-C. Gives the exit code: as with redis-cli it is 0 even when
 * Redis refuses the command.
 *
 * @throws UsageProblem when there is no command.
 * @throws MachineProblem when the Redis cannot be reached or goes away meanwhile.
 */
export async function runClient(url: URL, words: readonly string[]): Promise<number> {
  const [command = "", ...rest] = words;
  if (command === "") throw new UsageProblem(`Give one command, for example ${EXAMPLES}`);
  if (command.startsWith("-")) {
    throw new UsageProblem(`There is no redis-cli here for ${command}: begin with a command.`);
  }
  const { client, lost } = await connect(url);
  try {
    await Promise.race([actOf(client, command, rest), lost]);
  } catch (error) {
    if (error instanceof ErrorReply) console.log(formatReply(error));
    // The one command whose answer is that nobody is there any more.
    else if (!/^shutdown$/i.test(command)) throw problemOf(url, "has gone away", error);
  } finally {
    client.destroy();
  }
  return 0;
}

type Client = Awaited<ReturnType<typeof connect>>["client"];

async function connect(url: URL) {
  const client = createClient({
    url: url.href,
    // The replies that redis-cli gets.
    RESP: 2,
    // Else every command here would show as three in the MONITOR of another terminal.
    disableClientInfo: true,
    // BLPOP may wait; a string may be any bytes.
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    socket: { reconnectStrategy: false },
  });
  const lost = new Promise<never>((_, reject) => client.on("error", reject));
  lost.catch(() => {});
  try {
    await client.connect();
  } catch (error) {
    throw problemOf(url, "cannot be reached", error);
  }
  return { client, lost };
}

async function actOf(client: Client, command: string, words: readonly string[]): Promise<void> {
  const subscription = SUBSCRIPTIONS[command.toUpperCase()];
  // Without a channel it is an error like others, and Redis has the words for it.
  if (subscription && words.length > 0) {
    await subscribe(client, subscription, words);
  } else if (/^monitor$/i.test(command)) {
    await untilInterrupted(async () => {
      await client.monitor((line) => console.log(line));
      console.log("OK");
    });
  } else {
    console.log(formatReply(await client.sendCommand([command, ...words])));
  }
}

/** A way to subscribe, by the words that Redis has for it. */
interface Subscription {
  confirmation: string;
  message: string;
  begin: (
    client: Client,
    channel: string,
    listener: (message: Buffer, channel: Buffer) => void,
  ) => Promise<void>;
}

const SUBSCRIPTIONS: Record<string, Subscription> = {
  SUBSCRIBE: {
    confirmation: "subscribe",
    message: "message",
    begin: (client, channel, listener) => client.subscribe(channel, listener, true),
  },
  PSUBSCRIBE: {
    confirmation: "psubscribe",
    message: "pmessage",
    begin: (client, pattern, listener) => client.pSubscribe(pattern, listener, true),
  },
  SSUBSCRIBE: {
    confirmation: "ssubscribe",
    message: "smessage",
    begin: (client, channel, listener) => client.sSubscribe(channel, listener, true),
  },
};

async function subscribe(
  client: Client,
  { confirmation, message, begin }: Subscription,
  channels: readonly string[],
): Promise<void> {
  console.log("Reading messages... (press Ctrl-C to quit)");
  await untilInterrupted(async () => {
    for (const [at, channel] of channels.entries()) {
      await begin(client, channel, (content, from) => {
        const pattern = message === "pmessage" ? [channel] : [];
        show(message, ...pattern, from, content);
      });
      show(confirmation, channel, at + 1);
    }
  });
}

function show(...parts: (string | number | Buffer)[]): void {
  const reply = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  console.log(formatReply(reply));
}

async function untilInterrupted(begin: () => Promise<void>): Promise<void> {
  const interrupted = once(process, "SIGINT");
  await begin();
  await interrupted;
}

function problemOf({ host }: URL, what: string, error: unknown): MachineProblem {
  return new MachineProblem(
    `The Redis of the session, ${host}, ${what}: ${reasonOf(error)}.`,
    "Start it again where it was stopped, or begin the session anew.",
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return "connection refused";
  return (error.message || code).replace(/\.$/, "");
}
