import { randomUUID } from "node:crypto";
import { SERVER } from "../../workshop/catalog.ts";
import type { Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { until } from "../../workshop/stage/until.ts";
import type { FurtherApp } from "./check.ts";
import { fence, onePerWorker, textsOf, type Member } from "./crowd.ts";
import { must } from "./must.ts";
import { survives } from "./vitals.ts";

/** How long a message may take within a worker, in ms; measured: 1. */
const HEARD_WITHIN = 3_000;
/** The same for its acknowledgement. The redis package gives a command up after 5,000. */
const ACKNOWLEDGED_WITHIN = 3_000;
/** How long the clients of Redis may take to find it again, in ms: they try every 2 s at last. */
const BACK_WITHIN = 8_000;
/** How long it takes until the next round of messages is said, in ms. */
const ROUND = 300;

/** Where to look when what is wrong is the connection to Redis, or the delivery of messages. */
export interface Places {
  onClients: Finding["look"];
  onDelivery: Finding["look"];
  /** What to say when a rejection that nobody has caught ends a worker; by default it is of PUBLISH. */
  onRejection?: Pick<Finding, "look" | "hint">;
}

/**
 * Freezes the Redis of an app, kills it and starts it again. Meanwhile the clients of each worker
 * must hear each other, no worker may die, and afterwards all must hear all. Gives what was seen.
 *
 * @throws NotYet
 */
export async function outlivesRedis(
  { app, redis }: FurtherApp,
  members: readonly Member[],
  places: Places,
): Promise<string[]> {
  const before = await app.workers();
  // Frozen, it takes what is published and answers nothing; killed then, it never will.
  const outlive = async (fault: string, act: () => Promise<void>) => {
    await survives(app, before, fault, act, (said) => whyDead(said, places));
    mustNotLiveOn(app, places);
  };
  redis.pause();
  await outlive("a frozen Redis", () => heardInEachWorker(members, "frozen", places));
  await redis.kill();
  await outlive("the death of Redis in the middle of a PUBLISH", () =>
    heardInEachWorker(members, "away", places),
  );

  const start = performance.now();
  await outlive("the return of Redis", async () => {
    await redis.start();
    await heardByAllAgain(members, {
      look: places.onClients,
      hint: "The clients of the redis package connect and subscribe again by themselves, unless they were closed, or told not to.",
    });
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return [
    "Redis was frozen, then killed: in each worker people still heard each other",
    `${seconds} s after its return everybody heard everybody; the ${before.length} workers are the same`,
  ];
}

/** A module for workers to load first, so that their end can be told apart. */
export const CAUSE_OF_DEATH = new URL("../experiments/cause-of-death.mjs", import.meta.url).href;

/** Of what a worker has died that has loaded that module; nothing, if it has not. */
function whyDead(said: string, { onClients, onDelivery, onRejection }: Places) {
  if (said.includes("dies of an exception") && OF_REDIS.test(said)) {
    return {
      look: onClients,
      hint: 'A client of Redis has emitted "error", and nobody listens to that: each of them needs a listener.',
    };
  }
  if (!said.includes("dies of a rejection")) return {};
  return (
    onRejection ?? {
      look: onDelivery,
      hint: "A command to Redis was rejected, and nobody has caught that: publish() gives a promise.",
    }
  );
}

/** @throws NotYet when a worker should have died by now, and something has kept it alive. */
function mustNotLiveOn({ output }: App, places: Places): void {
  const cause = /This worker dies of (an? \w+)/.exec(output.err)?.[1];
  must(cause === undefined, {
    expected: "what goes wrong while Redis is away to be caught where it comes up",
    seen: `${cause} that only process.on catches, and a worker that lives on as if nothing had been`,
    look: places.onDelivery,
    ...whyDead(output.err, places),
  });
}

/** What its clients say when Redis goes. */
const OF_REDIS = /ECONNRE|Socket closed|client is (?:offline|closed)|Disconnects/i;

/** In each worker somebody says something, and those of the same worker hear it. */
async function heardInEachWorker(
  members: readonly Member[],
  what: string,
  { onDelivery }: Places,
): Promise<void> {
  for (const sender of onePerWorker(members)) {
    const { instance } = sender.worker;
    const text = `Redis is ${what}, worker ${instance}`;
    let reply: unknown;
    void sender.say(text).then(
      (given) => (reply = given),
      () => {},
    );
    const unanswered = {
      expected: `a message to be acknowledged while Redis is ${what}`,
      look: onDelivery,
      hint: "Whoever waits for Redis before the answer keeps the sender waiting: nothing is awaited here.",
    };
    await until(
      () => reply,
      (given) => given !== undefined,
      {
        within: ACKNOWLEDGED_WITHIN,
        otherwise: () => ({
          ...unanswered,
          seen: `no acknowledgement within ${ACKNOWLEDGED_WITHIN / 1000} s`,
        }),
      },
    );
    must(typeof reply === "object" && reply !== null && "ok" in reply && reply.ok === true, {
      ...unanswered,
      seen: JSON.stringify(reply),
    });
    const neighbours = members.filter(({ worker }) => worker.instance === instance);
    await until(
      () => neighbours.filter((member) => !textsOf(member).includes(text)).length,
      (deaf) => deaf === 0,
      {
        within: HEARD_WITHIN,
        otherwise: () => ({
          expected: `the clients of worker ${instance} to hear each other while Redis is ${what}`,
          seen: "that they do not",
          look: onDelivery,
          hint: "A worker needs no Redis to reach its own clients, and must wait for none.",
        }),
      },
    );
  }
}

/**
 * Says something in each worker, again and again, until all have heard all of one round; and nobody may
 * hear any of it twice.
 *
 * @throws NotYet
 */
export async function heardByAllAgain(
  members: readonly Member[],
  why: Pick<Finding, "look" | "hint">,
): Promise<void> {
  const senders = onePerWorker(members);
  const rounds: string[][] = [];
  // They may have heard rounds before, in an outage before this one.
  const outage = randomUUID().slice(0, 4);
  let begun = 0;
  const nextRound = () => {
    begun = performance.now();
    const texts = senders.map(
      ({ worker }) => `round ${rounds.length} of ${outage}, worker ${worker.instance}`,
    );
    rounds.push(texts);
    // Whether it was heard is what counts.
    senders.forEach((sender, at) => void sender.say(texts[at]).catch(() => {}));
  };
  await until(
    () => {
      if (performance.now() - begun > ROUND) nextRound();
      return rounds.some((texts) =>
        members.every((member) => texts.every((text) => textsOf(member).includes(text))),
      );
    },
    (heard) => heard,
    {
      within: BACK_WITHIN,
      otherwise: () => ({
        expected: `everybody to hear everybody again within ${BACK_WITHIN / 1000} s after Redis is back`,
        seen: "that they do not",
        ...why,
      }),
    },
  );
  await fence(members);
  const again = members.find((member) => {
    const said = textsOf(member).filter((text) => rounds.flat().includes(String(text)));
    return new Set(said).size < said.length;
  });
  must(again === undefined, {
    expected: "everybody to hear each message once, also after Redis is back",
    seen: `a client of worker ${again?.worker.instance} hear some of them twice`,
    look: { file: SERVER },
    hint: "A client of Redis subscribes again by itself. Who subscribes as well each time that it is ready adds one listener more.",
  });
}
