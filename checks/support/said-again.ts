import { randomUUID } from "node:crypto";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { eventually } from "../../workshop/stage/until.ts";
import type { ChatClient } from "./clients.ts";
import { mustBeAcknowledged } from "./gathering.ts";
import { isRefusal, onAppend, onSay, onTail } from "./history-seen.ts";
import { keptIds, overhear, readLasting, readTimesLeft } from "./kept.ts";
import { must } from "./must.ts";
import type { Participant } from "./participant.ts";

/** How many things an app may keep for ever that are no ids. */
const FEW = 10;
/** The least time for which an id has to be known, in ms: a client may say it again for that long. */
const REMEMBERED = 60_000;
/** How long a message may take to everybody, in ms; measured: 3. */
const HEARD_WITHIN = 5_000;

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

/**
 * Whether an id is new, and the XADD, must be one step for Redis. Nobody can see a worker die between
 * two steps, so what Redis is told has to say it. A command alone is one step; whether it asks for the id
 * at all shows where drafts are said at the same time.
 *
 * @throws NotYet
 */
export async function mustBeOneStep(redis: PrivateRedis, person: Participant): Promise<string> {
  let id = "";
  const heard = await overhear(redis, async () => (id = await mustBeAcknowledged(person)));
  const at = heard.findIndex(({ command, rest }) => command === "XADD" && rest.includes(id));
  const adding = heard[at];
  if (!adding) return "(Redis does not tell of its commands)";
  const before = heard.slice(0, at).filter(({ by }) => by === adding.by);
  const opened = before.findLast(({ command }) => ["MULTI", "EXEC"].includes(command));
  const steps = heard.filter(({ by, rest }) => by === adding.by && rest.includes(id));
  const isOneStep = adding.by === "lua" || opened?.command === "MULTI" || steps.length === 1;
  must(isOneStep, {
    expected: "Redis to find out that an id is new, and to add its message, in one step",
    seen: `${steps.map(({ command }) => command).join(", then ")}: each a step of its own`,
    look: onAppend,
    hint: "Between two steps others come in, and a worker may die: then it has noted an id whose message nobody will ever see, or added one whose id nobody knows. A script is one step: publisher.eval().",
  });
  const [left = Infinity] = (await readTimesLeft(redis, id)).toSorted((one, other) => one - other);
  must(left >= REMEMBERED, {
    expected: `Redis to remember an id for longer than ${REMEMBERED / 1000} s: for so long a frozen worker may come with it once more`,
    seen: `${(left / 1000).toFixed(1)} s`,
    look: onAppend,
    hint: "EX takes seconds, PX milliseconds. REMEMBERED are seconds.",
  });
  return "an id is noted, and its message added, in one step";
}

/** The ids of messages must not stay in Redis for ever. @throws NotYet */
export async function mustForgetIds(redis: PrivateRedis): Promise<string> {
  const { count, key } = await readLasting(redis);
  must(count < FEW, {
    expected: "Redis to forget ids in time: else its memory grows with each message",
    seen: `${count} that stay for ever, as in "${key}"`,
    look: onAppend,
    hint: "SET takes EX, and for how many seconds: REMEMBERED. (The members of a set or a hash do not go one by one.)",
  });
  return "Redis forgets the ids in time";
}
