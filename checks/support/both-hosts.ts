import { randomUUID } from "node:crypto";
import type { Host } from "../../workshop/stage/hosts.ts";
import { eventually, until } from "../../workshop/stage/until.ts";
import type { Clients } from "./clients.ts";
import { everybodyHears, greeted, textsOf, type Member } from "./crowd.ts";
import { onAdapter, onUpstream } from "./hosts-seen.ts";
import { must } from "./must.ts";

/** How long it may take until everybody knows who is there, in ms; measured: 20. */
const TOLD_WITHIN = 8_000;
/** After what time something is done so that they are told again, in ms. */
const TOLD_AGAIN = 500;
/** How many clients there are, unless it takes more until each host has some. */
const COUNT = 8;
/** Of so many each host has some, even where nginx draws lots. */
const AT_MOST = 24;

/** Connects clients over WebSocket, one by one, until some are on each host. @throws NotYet */
export async function gatherOnHosts(
  clients: Clients,
  hosts: readonly Host[],
  count = COUNT,
): Promise<Member[]> {
  const members: Member[] = [];
  let met: string[] = [];
  while (members.length < count || (met.length < hosts.length && members.length < AT_MOST)) {
    members.push(await greeted(await clients.connect({ transports: ["websocket"] })));
    met = hostsOf(members);
  }
  must(met.length === hosts.length, {
    expected: `hello to name the worker's host, and ${members.length} clients to be on ${hosts.length} of them`,
    seen: met.join(", ") || "none named",
    look: met.length > 0 ? onUpstream : { file: "server.ts" },
  });
  return members;
}

/** The hosts of their workers, in order. */
function hostsOf(members: readonly Member[]): string[] {
  return [...new Set(members.flatMap(({ worker }) => worker.host ?? []))].sort();
}

/** Says something, as a draft. @throws NotYet when it is refused. */
async function say(member: Member, text: string): Promise<void> {
  const reply = await member.say({ id: randomUUID(), text });
  must(reply.ok, { expected: "a draft to be acknowledged", seen: JSON.stringify(reply) });
}

/** What one says on each host, all must hear. @throws NotYet */
export async function mustHearEachOther(members: readonly Member[], about: string): Promise<void> {
  for (const host of hostsOf(members)) {
    const sender = members.find(({ worker }) => worker.host === host);
    const text = `${about}, from host ${host}`;
    if (sender) await say(sender, text);
    await everybodyHears(members, text, () => ({ look: { file: "server.ts" } }));
  }
}

/**
 * Everybody must be told who is in the room, on all hosts.
 *
 * @param again does something that lets them be told again, while they are not
 * @throws NotYet
 */
export async function mustKnowEachOther(
  members: readonly Member[],
  again: () => Promise<unknown> = async () => {},
): Promise<void> {
  const ignorant = () =>
    members.filter(({ present }) => (present.at(-1)?.length ?? 0) !== members.length);
  const look = async () => {
    const told = await eventually(ignorant, (left) => left.length === 0, TOLD_AGAIN);
    if (!told || told.length > 0) await again();
    return ignorant();
  };
  await until(look, (left) => left.length === 0, {
    within: TOLD_WITHIN,
    otherwise: (left = []) => ({
      expected: `everybody to be told that ${members.length} people are here, on both hosts`,
      seen: `that ${left.length} of them are told of ${left[0]?.present.at(-1)?.length ?? 0}`,
      look: onAdapter,
      hint: "Who is on the other host, its workers tell: have all of them the same Redis, and the same channelPrefix?",
    }),
  });
}

/** A roll call must be answered by everybody in the room. @throws NotYet */
export async function mustAnswerTheRoll(members: readonly Member[]): Promise<string> {
  const [caller] = members;
  const result: unknown = await caller?.ask("rollCall");
  const text = JSON.stringify(result);
  must(text === JSON.stringify({ ok: true, answered: members.length }), {
    expected: `a roll call to be answered by ${members.length}, on both hosts`,
    seen: text,
    look: onAdapter,
  });
  return `a roll call of host ${caller?.worker.host}: ${text}`;
}

/** What is said in a room is heard there, on both hosts, and nowhere else. @throws NotYet */
export async function mustKeepToRooms(members: readonly Member[]): Promise<string> {
  const inTea = hostsOf(members).flatMap((host) =>
    members.filter(({ worker }) => worker.host === host).slice(0, 2),
  );
  const outside = members.filter((member) => !inTea.includes(member));
  const [drinker] = inTea;
  const [other] = outside;
  if (!drinker || !other) throw new Error("unreachable: some are in, some are out");
  for (const member of inTea) await member.ask("join", "tea");
  await mustKnowEachOther(inTea);
  await say(drinker, "in tea");
  await everybodyHears(inTea, "in tea", () => ({ look: { file: "server.ts" } }));
  // The stream has one order: who has heard this has heard what was said before, if ever.
  await say(other, "outside");
  await everybodyHears(outside, "outside", () => ({ look: { file: "server.ts" } }));
  const strays = outside.filter((member) => textsOf(member).includes("in tea"));
  must(strays.length === 0, {
    expected: "nobody outside a room to hear what is said in it",
    seen: `that ${strays.length} of ${outside.length} do`,
    look: { file: "server.ts" },
  });
  return `what was said in a room was heard by ${inTea.length} on ${hostsOf(inTea).length} hosts, and by none of ${outside.length} others`;
}
