import { randomUUID } from "node:crypto";
import type { Finding } from "../../workshop/problems.ts";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { eventually, until } from "../../workshop/stage/until.ts";
import type { ChatClient } from "./clients.ts";
import { mustBeAcknowledged, type Gathering } from "./gathering.ts";
import { addEntry, keptIds, readLasting, readStream } from "./kept.ts";
import { must } from "./must.ts";
import type { Participant } from "./participant.ts";

/** Where to look, by what is wrong. */
export const onAppend = { file: "history.ts", todo: "8.1" };
export const onTail = { file: "tail.ts", todo: "8.2" };
export const onSay = { file: "server.ts", todo: "8.3" };
export const onCatchUp = { file: "catch-up.ts", todo: "8.4" };
export const onClient = { file: "public/client-options.js", todo: "8.5" };

/** How many keys an app may have that are no ids. */
const FEW = 10;
/** How long a message may take to everybody, in ms; measured: 3. */
const HEARD_WITHIN = 5_000;
/** How long it may take until somebody is told of a gap, in ms: one XREAD may wait for 5 s. */
const TOLD_WITHIN = 10_000;
/** For how long it is looked whether something comes twice, in ms. */
const TWICE_WITHIN = 300;

/** What is acknowledged is in a stream by then. Gives a line on where. @throws NotYet */
export async function mustBeKept(redis: PrivateRedis, person: Participant): Promise<string> {
  const id = await mustBeAcknowledged(person, KEEP);
  const stream = await readStream(redis);
  must(stream !== undefined, {
    expected: "what was acknowledged to be in a stream of Redis",
    seen: "no stream in Redis",
    look: onAppend,
    hint: "XADD makes the stream when it adds the first entry.",
  });
  const find = (what: string) =>
    stream.entries.find(({ message }) => Object.values(message).join().includes(what));
  const entry = find(id);
  must(entry !== undefined, {
    expected: "what was acknowledged to be in a stream of Redis, with its id",
    seen: find(KEEP)
      ? `it in the stream ${stream.key}, without the id that the client gave it`
      : `a stream ${stream.key} in which it is not`,
    look: onAppend,
    hint: find(KEEP)
      ? "Only its sender knows whether a message is sent again. An id that the server gives makes two messages of it."
      : "What is only in the memory of a worker is lost with it. XADD keeps it, in append(), and that is awaited before the acknowledgement.",
  });
  return `${stream.key} has it at ${entry.id}`;
}

const KEEP = "keep this";

const ODD = [
  ["no draft", undefined],
  ["a text without an id", "hello"],
  ["a draft without an id", { text: "hello" }],
  ["an empty id", { id: "", text: "hello" }],
  ["an id that is a list", { id: [randomUUID()], text: "hello" }],
  ["an empty text", { id: randomUUID(), text: "" }],
  ["501 characters", { id: randomUUID(), text: "x".repeat(501) }],
  ["a number as text", { id: randomUUID(), text: 7 }],
] as const;

/** What is no draft is refused, and not kept. @throws NotYet */
export async function mustRefuseOdd(redis: PrivateRedis, client: ChatClient): Promise<string> {
  const before = (await readStream(redis))?.entries.length;
  for (const [what, draft] of ODD) {
    const reply = await client.say(draft);
    must(isRefusal(reply), {
      expected: `${what} to be refused`,
      seen: JSON.stringify(reply),
      look: onSay,
    });
  }
  const after = (await readStream(redis))?.entries.length;
  must(before === after, {
    expected: "nothing of what is refused to be kept",
    seen: `${after} entries in the stream, instead of ${before}`,
    look: onSay,
  });
  return `${ODD.length} odd drafts refused, none kept`;
}

function isRefusal(reply: unknown): boolean {
  return typeof reply === "object" && reply !== null && "ok" in reply && reply.ok === false;
}

/**
 * Puts a copy of an entry into the stream, with another id and text, as another program might. It must
 * reach everybody once: so every worker reads the stream.
 *
 * @throws NotYet
 */
export async function mustHearCopy(redis: PrivateRedis, { people }: Gathering): Promise<void> {
  const [first] = people;
  if (!first) throw new Error("unreachable: nobody is here");
  const id = await mustBeAcknowledged(first, "copy this");
  const stream = await readStream(redis);
  const entry = stream?.entries.find(({ message }) => Object.values(message).join().includes(id));
  if (!stream || !entry)
    throw new Error("unreachable: what is acknowledged is kept, as was checked");
  const copy = randomUUID();
  const fields = Object.entries(entry.message).map(([field, value]) => [
    field,
    value.replaceAll(id, copy).replaceAll("copy this", "a copy"),
  ]);
  await addEntry(redis, stream.key, Object.fromEntries(fields));

  const times = (person: Participant) => person.heard.filter((said) => said?.id === copy).length;
  const deaf = () => people.filter((person) => times(person) === 0);
  await until(deaf, (left) => left.length === 0, {
    within: HEARD_WITHIN,
    otherwise: (left = []) => ({
      expected: `an entry that is added to ${stream.key} to reach all ${people.length} clients`,
      seen: `that it reached ${people.length - left.length}`,
      look: onTail,
      hint:
        left.length === people.length
          ? "Nobody follows the stream. What is said is kept first; then each worker reads it there, and tells its own clients."
          : "Does every worker follow the stream?",
    }),
  });
  const isTwice = () => people.some((person) => times(person) > 1);
  must(!(await eventually(isTwice, Boolean, TWICE_WITHIN)), {
    expected: "an entry of the stream to reach each client once",
    seen: "that it reached somebody twice",
    look: { file: "server.ts" },
    hint: "Each worker hands an entry on to its own clients only: io.local.",
  });
}

/** All must have heard the same in the same order: that of the stream. @throws NotYet */
export function mustShareOneOrder({ people }: Gathering): string {
  const lists = people.map(({ heard }) => heard.map((message) => message?.id));
  const shortest = Math.min(...lists.map(({ length }) => length));
  const ends = lists.map((list) => list.slice(-shortest).join());
  must(new Set(ends).size === 1, {
    expected: "all clients to hear all messages in one and the same order, that of the stream",
    seen: `${new Set(ends).size} different orders among ${people.length} clients`,
    look: onTail,
    hint: "Is something handed on past the stream, by the worker to which it was said?",
  });
  return `${shortest} messages, in the same order to ${people.length} clients`;
}

/**
 * Says the same drafts through all of these clients at the same time, as happens when a worker thaws
 * whose client has long said it elsewhere. Each must be kept and heard once.
 *
 * @throws NotYet
 */
export async function mustKeepOnce(
  redis: PrivateRedis,
  clients: readonly ChatClient[],
  count: number,
): Promise<string> {
  const drafts = Array.from({ length: count }, (_, at) => ({ id: randomUUID(), text: `${at}` }));
  const replies = await Promise.all(
    drafts.flatMap((draft) => clients.map((client) => client.say(draft))),
  );
  const refusal = replies.find((reply) => isRefusal(reply));
  must(refusal === undefined, {
    expected: "a draft to be acknowledged each time that it is said",
    seen: JSON.stringify(refusal),
    look: onSay,
    hint: "Its sender has missed the answer. Whether it is kept now or has been before makes no difference to them.",
  });
  const kept = await keptIds(redis);
  const times = drafts.map(({ id }) => kept.filter((one) => one === id).length);
  must(Math.min(...times) > 0, {
    expected: "each draft to be kept, with its id",
    seen: `${times.filter((one) => one === 0).length} of ${count} that are not`,
    look: onAppend,
  });
  must(Math.max(...times) === 1, {
    expected: `${count} drafts, each said ${clients.length} times through ${clients.length} workers, to be kept once each`,
    seen: `one that is ${Math.max(...times)} times in the stream`,
    look: onAppend,
    hint: "Between a look whether an id is known and the XADD, others come in between; and what a worker remembers, the others do not know. SET with NX asks and notes it at once; in a script that and the XADD are one step.",
  });
  const heard = (client: ChatClient, id: string) =>
    client.heard.filter((said) => said?.id === id).length;
  const isHeard = () =>
    clients.every((client) => drafts.every(({ id }) => heard(client, id) === 1));
  must((await eventually(isHeard, Boolean, HEARD_WITHIN)) === true, {
    expected: "everybody to hear each draft once",
    seen: "that somebody does not",
    look: onTail,
  });
  return `${count} drafts, each said ${clients.length} times at once: kept once, heard once`;
}

/** The ids of messages must not stay in Redis for ever. @throws NotYet */
export async function mustForgetIds(redis: PrivateRedis): Promise<string> {
  const { count, key } = await readLasting(redis);
  must(count < FEW, {
    expected: "Redis to forget ids in time: else its memory grows with each message",
    seen: `${count} keys like "${key}" that stay for ever`,
    look: onAppend,
    hint: "SET takes EX, and for how many seconds: REMEMBERED.",
  });
  return "Redis forgets the ids in time";
}

/** Waits until each of these is told that it has missed some. @throws NotYet */
export async function mustBeTold(
  people: readonly Participant[],
  expected: string,
  place: Pick<Finding, "look" | "hint">,
): Promise<void> {
  await until(
    () => people.filter(({ missed }) => missed.length === 0).length,
    (untold) => untold === 0,
    {
      within: TOLD_WITHIN,
      otherwise: (untold) => ({
        expected,
        seen: people.length > 1 ? `that ${untold} of ${people.length} are not` : "that it is not",
        ...place,
      }),
    },
  );
}
