import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../workshop/problems.ts";
import { isUnwritten } from "../../workshop/regions.ts";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { eventually, until } from "../../workshop/stage/until.ts";
import type { ChatClient } from "./clients.ts";
import { frozenRedis } from "./faults.ts";
import { mustBeAcknowledged, type Gathering } from "./gathering.ts";
import { addEntry, overhear, readStream, type Stream } from "./kept.ts";
import { must } from "./must.ts";
import type { Participant } from "./participant.ts";

/** Where to look, by what is wrong. */
export const onAppend = { file: "history.ts", todo: "8.1" };
export const onTail = { file: "tail.ts", todo: "8.2" };
export const onSay = { file: "server.ts", todo: "8.3" };
export const onCatchUp = { file: "catch-up.ts", todo: "8.4" };
export const onClient = { file: "public/client-options.js", todo: "8.5" };

/** How long a message may take to everybody, in ms; measured: 3. */
const HEARD_WITHIN = 5_000;
/** How long it may take until somebody is told of a gap, in ms: one XREAD may wait for 5 s. */
const TOLD_WITHIN = 10_000;
/** For how long it is looked whether something comes twice, in ms. */
const TWICE_WITHIN = 300;
/** How long after its acknowledgement a message may be in the stream, in ms, where it is only asked whether. */
const KEPT_WITHIN = 1_000;
/** For how long Redis is frozen, in ms. */
const FROZEN = 500;
/** The same where something else goes on meanwhile: for so long the page of the solution waits for an answer. */
const FROZEN_MEANWHILE = 3_000;

/**
 * What is acknowledged is kept in a stream. Gives a line on where. Not whether it is there by then: a
 * promise that comes too early is seen each time while Redis is frozen, and here by luck only.
 *
 * @param dir the code under test
 * @throws NotYet
 */
export async function mustBeKept(
  redis: PrivateRedis,
  person: Participant,
  dir: string,
): Promise<string> {
  const holds = (stream: Stream | undefined, what: string) =>
    stream?.entries.find(({ message }) => Object.values(message).join().includes(what));
  let id = "";
  let kept: Stream | undefined;
  const heard = await overhear(redis, async () => {
    id = await mustBeAcknowledged(person, KEEP);
    kept = await eventually(
      () => readStream(redis),
      (found) => holds(found, id) !== undefined,
      KEPT_WITHIN,
    );
  });
  const commands = heard.filter(({ rest }) => rest.includes(id)).map(({ command }) => command);
  const isToldOnly = commands.length > 0 && commands.every((one) => /^S?PUBLISH$/.test(one));
  must(
    kept !== undefined ||
      !isToldOnly ||
      isUnwritten(textOf(join(dir, onAppend.file)), onAppend.todo),
    {
      expected: "what was acknowledged to be in a stream of Redis",
      seen: `that it was published to people (${commands[0]}), and nothing else in Redis is told of it`,
      look: onSay,
      hint: "append() keeps a message, and nobody has called it. What is said goes there, and not to people: each worker hears of it by its tail.",
    },
  );
  const stream = kept ?? (await readStream(redis));
  must(stream !== undefined, {
    expected: "what was acknowledged to be in a stream of Redis",
    seen: "no stream in Redis",
    look: onAppend,
    hint: "XADD makes the stream when it adds the first entry.",
  });
  const entry = holds(stream, id);
  must(entry !== undefined, {
    expected: "what was acknowledged to be in a stream of Redis, with its id",
    seen: holds(stream, KEEP)
      ? `it in the stream ${stream.key}, without the id that the client gave it`
      : `a stream ${stream.key} in which it is not`,
    look: onAppend,
    hint: holds(stream, KEEP)
      ? "Only its sender knows whether a message is sent again. An id that the server gives makes two messages of it."
      : "What is only in the memory of a worker is lost with it. XADD keeps it, in append(), and that is awaited before the acknowledgement.",
  });
  return `${stream.key} has it at ${entry.id}`;
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const TOO_EARLY = {
  expected: "nothing to be acknowledged while Redis is frozen: it cannot be kept",
  look: onSay,
};

/**
 * While Redis is frozen nothing can be kept: so nothing is acknowledged, and what was said then is once
 * Redis goes on.
 *
 * @throws NotYet
 */
export async function mustNotPromise(redis: PrivateRedis, person: Participant): Promise<void> {
  const { length } = person.acknowledged;
  const isAcknowledged = () => person.acknowledged.length > length;
  let saying: Promise<unknown> | undefined;
  const early = await frozenRedis(redis, () => {
    saying = mustBeAcknowledged(person, "while Redis is frozen");
    // What it says meanwhile is not looked at yet.
    saying.catch(() => {});
    return eventually(isAcknowledged, Boolean, FROZEN);
  });
  must(early !== true, {
    ...TOO_EARLY,
    seen: "{ ok: true } before Redis has answered",
    hint: "An acknowledgement says that the message is kept. append() knows when it is: its promise is awaited first.",
  });
  await saying;
}

/**
 * The same for longer, while something else is done that needs its time and no Redis of this app: who
 * does not wait for Redis for ever, may wait for a while.
 *
 * @throws NotYet
 */
export async function mustNotPromiseMeanwhile<T>(
  redis: PrivateRedis,
  client: ChatClient,
  act: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  let reply: unknown;
  let after = 0;
  const note = (given: unknown) => {
    reply = given;
    after = performance.now() - start;
  };
  const [done] = await frozenRedis(redis, () => {
    // That nothing comes is as it must be.
    client.say({ id: randomUUID(), text: "while Redis is frozen" }).then(note, () => {});
    // For how long it is frozen is what this is about.
    return Promise.all([act(), sleep(FROZEN_MEANWHILE)]);
  });
  must(reply === undefined || isRefusal(reply), {
    ...TOO_EARLY,
    seen: `${JSON.stringify(reply)} after ${(after / 1000).toFixed(1)} s, and Redis has not answered`,
    hint: "However long it takes: what is not kept yet is not acknowledged. Its sender says it again.",
  });
  return done;
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

export function isRefusal(reply: unknown): boolean {
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
  const { copy } = await addCopy(redis, stream.key, entry.message, id);

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
          : "Every worker reads the whole stream, and tells its own clients. (A consumer group would give each entry to one of them.)",
    }),
  });
  const most = () => Math.max(...people.map(times));
  if ((await eventually(most, (count) => count > 1, TWICE_WITHIN)) === undefined) return;
  // Each worker may hand it on to all, which is an end of it.
  const workers = new Set(people.map(({ instance }) => instance)).size;
  const many = await eventually(most, (count) => count > workers, TWICE_WITHIN);
  const isEndless = many !== undefined;
  must(false, {
    expected: "an entry of the stream to reach each client once",
    seen: isEndless
      ? "that it reaches somebody again and again"
      : `that it reached somebody ${most()} times`,
    look: isEndless ? onTail : { file: "server.ts" },
    hint: isEndless
      ? "XREAD gives what comes after the cursor. Is the cursor moved to each entry?"
      : "Each worker hands an entry on to its own clients only: io.local.",
  });
}

/** Adds a copy of an entry, with another id and text, and gives that id, and its place. */
export async function addCopy(
  redis: PrivateRedis,
  key: string,
  message: Record<string, string>,
  id: string,
): Promise<{ copy: string; offset: string }> {
  const copy = randomUUID();
  const fields = Object.entries(message).map(([field, value]) => [
    field,
    value.replaceAll(id, copy).replaceAll("copy this", "a copy"),
  ]);
  return { copy, offset: await addEntry(redis, key, Object.fromEntries(fields)) };
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
        seen: people.length > 1 ? `that ${untold} of ${people.length} are not` : "that nobody was",
        ...place,
      }),
    },
  );
}
