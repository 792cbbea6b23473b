import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { until } from "../../workshop/stage/until.ts";
import type { ChatClient } from "./clients.ts";
import { mustBeAcknowledged } from "./gathering.ts";
import { onAppend, onCatchUp } from "./history-seen.ts";
import { readStream } from "./kept.ts";
import { must } from "./must.ts";
import type { Participant } from "./participant.ts";
import { randomUUID } from "node:crypto";

/** Streams are trimmed by whole nodes, of 100 entries where nobody has configured Redis otherwise. */
const NODE = 100;
const BACK_WITHIN = 5_000;

/** Says so many things as fast as it can be done. */
export async function flood(client: ChatClient, count: number): Promise<void> {
  const drafts = Array.from({ length: count }, (_, at) => ({
    id: randomUUID(),
    text: `flood ${at}`,
  }));
  await Promise.all(drafts.map((draft) => client.say(draft)));
}

/** The stream must hold no more than it shall, and what a node holds besides. @throws NotYet */
export async function mustBeTrimmed(
  redis: PrivateRedis,
  kept: number,
  said: number,
): Promise<string> {
  const length = (await readStream(redis))?.entries.length ?? 0;
  must(length >= kept && length <= kept + 2 * NODE, {
    expected: `the stream to hold about ${kept} entries (HISTORY) after ${said} messages`,
    seen: `${length} entries`,
    look: onAppend,
    hint:
      length < kept
        ? "MAXLEN has an approximate bound with ~, and trims less than it could, never more."
        : "XADD trims as it adds: MAXLEN ~ and how many shall stay.",
  });
  return `${said} messages, ${length} of them still kept, with HISTORY=${kept}`;
}

/** Leaves, and comes back when something has been done; gives what it has heard by then. */
export async function away(person: Participant, act: () => Promise<void>): Promise<unknown[]> {
  person.socket.disconnect();
  await act();
  person.socket.connect();
  // What it says itself comes after all that it has missed.
  const fence = await mustBeAcknowledged(person);
  await until(() => person.heard.some((said) => said?.id === fence), Boolean, {
    within: BACK_WITHIN,
    otherwise: () => ({
      expected: "a client that has come back to hear what is said from then on",
      seen: "that it does not hear what it says itself",
      look: onCatchUp,
      hint: "Does everybody who comes enter their room in the end?",
    }),
  });
  return person.heard.map((said) => said?.text);
}
