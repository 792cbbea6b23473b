import type { WorkerId } from "../../page/events.ts";
import { SERVER } from "../../workshop/catalog.ts";
import { NotYet, type Finding } from "../../workshop/problems.ts";
import { until } from "../../workshop/stage/until.ts";
import { hears, type ChatClient, type Clients } from "./clients.ts";

/** How long a message may take from one worker to another, in ms; measured: 1. */
const HEARD_WITHIN = 3_000;

/** A client that knows its worker. */
export interface Member extends ChatClient {
  worker: WorkerId;
}

/**
 * Connects clients over WebSocket, one after the other, so that round robin spreads them evenly.
 *
 * @throws NotYet when one does not connect or is not greeted, or when they do not meet all workers.
 */
export async function gather(clients: Clients, count: number, workers: number): Promise<Member[]> {
  const members: Member[] = [];
  for (let number = 0; number < count; number += 1) {
    members.push(await greeted(await clients.connect({ transports: ["websocket"] })));
  }
  const met = new Set(members.map(({ worker }) => worker.instance));
  if (met.size < Math.min(workers, count)) {
    throw new NotYet({
      expected: `${count} clients to be spread over ${workers} workers`,
      seen: `them on ${[...met].map((instance) => `worker ${instance}`).join(", ")}`,
      look: { file: "ecosystem.config.cjs" },
    });
  }
  return members;
}

/** Waits for the greeting, which says the worker. */
export async function greeted(client: ChatClient): Promise<Member> {
  const hello = await until(
    () => client.hellos.at(-1),
    (greeting) => typeof greeting?.worker?.instance === "number",
    {
      within: 3_000,
      otherwise: (seen) => ({
        expected: "each client to be greeted with hello, which names its worker",
        seen: seen ? JSON.stringify(seen) : "no hello within 3 s",
        look: { file: SERVER },
      }),
    },
  );
  if (!hello) throw new Error("unreachable: until() gives what holds");
  return Object.assign(client, { worker: hello.worker });
}

/** The texts that a client has heard so far. */
export function textsOf({ heard }: ChatClient): unknown[] {
  return heard.map((said) => said?.text);
}

/**
 * Lets each client say one thing more and hear it. What was said before, and has reached a client by
 * way of its own worker, has arrived by then: so what it has not heard, it will not hear.
 */
export async function fence(members: readonly Member[]): Promise<void> {
  for (const [number, member] of members.entries()) {
    const text = `fence ${member.heard.length}, ${number}`;
    await member.say(text);
    await hears(
      "a client to hear what it says itself",
      () => textsOf(member),
      (all) => all.includes(text),
    );
  }
}

/**
 * Waits until each of these has heard a text.
 *
 * @throws NotYet that says where nobody has, with what `why` knows of it.
 */
export async function everybodyHears(
  members: readonly Member[],
  text: string,
  why: () => Pick<Finding, "look" | "hint">,
): Promise<void> {
  const deaf = () => members.filter((member) => !textsOf(member).includes(text));
  await until(deaf, (left) => left.length === 0, {
    within: HEARD_WITHIN,
    otherwise: () => ({
      expected: `all ${members.length} clients to hear "${text}"`,
      seen: `that ${members.length - deaf().length} of ${members.length} heard it; not heard on worker ${instancesOf(deaf()).join(", ")}`,
      ...why(),
    }),
  });
}

/** The workers of these clients, in order. */
function instancesOf(members: readonly Member[]): number[] {
  return [...new Set(members.map(({ worker }) => worker.instance))].sort();
}

/** One client of each worker, in the order of the workers. */
export function onePerWorker(members: readonly Member[]): Member[] {
  return instancesOf(members).flatMap(
    (instance) => members.find(({ worker }) => worker.instance === instance) ?? [],
  );
}
