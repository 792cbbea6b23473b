import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { App } from "../../workshop/stage/app.ts";
import type { ChatClient } from "./clients.ts";
import { told } from "./conversation.ts";
import { askEveryWorker } from "./http.ts";
import { must } from "./must.ts";
import { openSession } from "./sessions.ts";

/** Makes the servers of an app echo what they get. */
export const ECHO = new URL("../experiments/echo.mjs", import.meta.url).href;

/** As much as Socket.IO takes by default: 1,000,000 bytes. Over polling, bytes get a third longer. */
const PAYLOADS = [
  randomBytes(3),
  randomBytes(740_000),
  "ü€😀".repeat(1_000),
  "x".repeat(999_900),
  { text: "two of them", bytes: [randomBytes(1_000), randomBytes(70_000)] },
];

/** More than maxHttpBufferSize, which nobody has set. In bytes. */
const TOO_LONG = 1_000_001;

/** Whatever a client sends must come back as it was. Gives what that was. @throws NotYet */
export async function mustEcho(client: ChatClient): Promise<string> {
  const transport = () => client.socket.io.engine?.transport.name;
  // Each twice: of two polls, one after the other, at least one meets another worker than the owner.
  for (const payload of PAYLOADS.flatMap((one) => [one, one])) {
    const reply = await client.ask("echo", payload).catch(() => "nothing within 5 s");
    must(isDeepStrictEqual(reply, payload), {
      expected: `${describe(payload)} to come back as it was, over ${transport()}`,
      seen: describe(reply),
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

/** What something is, in few words. */
function describe(what: unknown): string {
  if (Buffer.isBuffer(what)) return `${what.length} bytes`;
  if (typeof what === "string") return `a text of ${what.length}`;
  if (typeof what === "object" && what !== null) return "both mixed";
  return String(what);
}
