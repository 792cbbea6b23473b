import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { App } from "../../workshop/stage/app.ts";
import { isOurs } from "./addresses.ts";
import { carriedOn } from "./carried.ts";
import type { ChatClient, Clients } from "./clients.ts";
import { told } from "./conversation.ts";
import { askEveryWorker } from "./http.ts";
import { must } from "./must.ts";
import { onInject } from "./relay-seen.ts";
import { openSession } from "./sessions.ts";

/** Linux has all of 127.0.0.0/8; elsewhere there may be but one address. */
const OTHER = "127.0.0.2";
const LOCAL = "127.0.0.1";

/** What stands for an answer that has not come. */
const NOTHING = Symbol("nothing");

/** Makes the servers of an app echo what they get. */
export const ECHO = new URL("../experiments/echo.mjs", import.meta.url).href;

/** As much as Socket.IO takes by default: 1,000,000 bytes. Over polling, bytes get a third longer. */
const PAYLOADS = [
  randomBytes(3),
  randomBytes(740_000),
  "ü€😀".repeat(1_000),
  "x".repeat(999_900),
  // Wherever it is cut into pieces, most of its characters are cut, too.
  "€".repeat(330_000),
  { text: "two of them", bytes: [randomBytes(1_000), randomBytes(70_000)] },
];

/** More than maxHttpBufferSize, which nobody has set. In bytes. */
const TOO_LONG = 1_000_001;

/** Whatever a client sends must come back as it was. Gives what that was. @throws NotYet */
export async function mustEcho(client: ChatClient): Promise<string> {
  const transport = () => client.socket.io.engine?.transport.name;
  // Each twice: of two polls, one after the other, at least one meets another worker than the owner.
  for (const payload of PAYLOADS.flatMap((one) => [one, one])) {
    const reply = await client.ask("echo", payload).catch(() => NOTHING);
    must(isDeepStrictEqual(reply, payload), {
      expected: `${describe(payload)} to come back as it was, over ${transport()}`,
      seen: reply === NOTHING ? "nothing come back within 5 s" : describe(reply),
      hint: "Bytes are passed on as they are: nothing of them is made a text.",
    });
  }
  return `over ${transport()}: ${PAYLOADS.map(describe).join(", ")}`;
}

/** What is longer than a message may be, every worker must refuse. Gives that. @throws NotYet */
export async function mustRefuseTooLong(
  app: App,
  workers: readonly { instance: number }[],
): Promise<string> {
  const { sid } = await openSession(app);
  const post = { method: "POST", sid, body: "4".repeat(TOO_LONG) } as const;
  for (const answer of (await askEveryWorker(app, workers, post)).values()) {
    must(answer.status === 413, {
      expected: "what is longer than maxHttpBufferSize to be refused by every worker: 413",
      seen: told(answer),
    });
  }
  return `a POST of ${TOO_LONG} bytes: 413 from every worker`;
}

/**
 * The owner must know from where a client comes that is connected to another worker.
 *
 * @param clients of an app whose servers echo
 * @throws NotYet
 */
export async function mustKnowClients(app: App, clients: Clients): Promise<string> {
  const from = (await isOurs(OTHER)) ? OTHER : LOCAL;
  const client = await carriedOn(app, clients, { from });
  const address = String(await client.ask("where"));
  must(address.endsWith(from), {
    expected: `the owner to know the address of a client of ${from} that is connected to another worker`,
    seen: address,
    look: onInject,
    hint: "A tunnel knows it: this.#tunnels.open() is told whose connection it carries on, and the tunnel that comes out at the owner has a remoteAddress, as a socket has. What this.#inner gets must have it, too.",
  });
  return `the owner knows that a client of another worker comes from ${from}`;
}

/** What something is, in few words. */
function describe(what: unknown): string {
  if (Buffer.isBuffer(what)) return `${what.length} bytes`;
  if (typeof what === "string") return `a text of ${what.length}`;
  if (typeof what === "object" && what !== null) return "both mixed";
  return String(what);
}
