import { SERVER } from "../workshop/catalog.ts";
import type { Finding } from "../workshop/problems.ts";
import type { App } from "../workshop/stage/app.ts";
import { eventually, until } from "../workshop/stage/until.ts";
import { commandLine } from "../workshop/trace/line.ts";
import { check } from "./support/check.ts";
import { requireCluster } from "./support/cluster.ts";
import {
  everybodyHears,
  fence,
  gather,
  onePerWorker,
  textsOf,
  type Member,
} from "./support/crowd.ts";
import { must } from "./support/must.ts";
import { startsWithoutRedis } from "./support/lone-start.ts";
import { MALFORMED, overhear, publishAll, publishJustBefore, spoilt } from "./support/malformed.ts";
import { doesBoth } from "./support/redis-connections.ts";
import { channelsOf, published, subscribed, whyNotHeard } from "./support/redis-seen.ts";
import { CAUSE_OF_DEATH, outlivesRedis } from "./support/outage.ts";
import { say, texts, twoOnDifferentWorkers } from "./support/room.ts";
import { survives } from "./support/vitals.ts";

const CLIENTS = 20;
/** How long it may take until it is known who has subscribed, in ms: the trace comes after the fact. */
const SUBSCRIBED_WITHIN = 2_000;
/** Of each client; 1,000 in all. */
const MESSAGES = 50;
/** Below what a server takes at all (1 MB), and far beyond what is a message. */
const LARGE = "x".repeat(900_000);
const onDelivery = { file: "server.ts", todo: "5.2" };
const onHearing = { file: "server.ts", todo: "5.3" };
const onClients = { file: "redis.ts", todo: "5.1" };

check(
  "a message reaches everybody, whichever worker they are on",
  { look: onDelivery, blocks: true },
  async ({ app, step, clients, show }) => {
    await requireCluster(app, step);
    const members = await gather(clients, step.workers * 2, step.workers);
    for (const sender of onePerWorker(members)) {
      const text = `from worker ${sender.worker.instance}`;
      await sender.say(text);
      await everybodyHears(members, text, () => whyNot(app, members, sender, text));
    }
    await fence(members);
    mustHearOnce(members);
    show(
      ...subscribed(app.trace).slice(0, step.workers).map(commandLine),
      ...published(app.trace).slice(0, 2).map(commandLine),
    );
  },
);

/** Why not everybody has heard somebody: to hear each other within a worker takes no Redis. */
function whyNot(
  app: App,
  members: readonly Member[],
  sender: Member,
  text: string,
): Pick<Finding, "look" | "hint"> {
  if (members.some(({ heard }) => heard.some((said) => typeof said?.text !== "string"))) {
    return {
      look: onHearing,
      hint: "They have heard something that has no text: what clients are told is the news' said, { text, from, worker }.",
    };
  }
  const hears = (member: Member) => textsOf(member).includes(text);
  const own = members.filter(({ worker }) => worker.pid === sender.worker.pid);
  if (own.every(hears)) return whyNotHeard(app);
  const hint = hears(sender)
    ? "Of its own worker only the sender has heard it: io.local.emit reaches all clients of this worker."
    : own.some(hears)
      ? "Its own worker has told all but the sender: socket.broadcast leaves the sender out, io.local does not."
      : "Not even its own worker has delivered it: io.local.emit reaches the clients of this worker.";
  return { look: onDelivery, hint };
}

/** @throws NotYet when somebody has heard something twice; it then says which way it came twice. */
function mustHearOnce(members: readonly Member[]): void {
  const again = members.flatMap((member) =>
    member.heard
      .filter(({ text }, at, all) => all.findIndex((said) => said.text === text) < at)
      .map((said) => ({ said, isOwn: said.worker?.pid === member.worker.pid, ...member.worker })),
  );
  const [found] = [...again.filter(({ isOwn }) => !isOwn), ...again];
  must(!found, {
    expected: "every client to hear each message once",
    seen: `a client of worker ${found?.instance} hear again what a client of ${found?.isOwn ? "the same worker" : `worker ${found?.said.worker?.instance}`} has said`,
    look: onHearing,
    hint: found?.isOwn
      ? "Who publishes on a channel that it has subscribed to hears itself, too."
      : "It comes over Redis more than once. Each subscribe adds a listener: once for each worker is enough, when it starts.",
  });
}

check(
  "the channel is the app's own, on the Redis that it was given",
  { look: { file: SERVER } },
  async ({ app, step, show }) => {
    const listening = () => new Set(subscribed(app.trace).map(({ worker }) => worker?.instance));
    await eventually(listening, ({ size }) => size === step.workers, SUBSCRIBED_WITHIN);
    const listeners = subscribed(app.trace);
    const used = new Set([...channelsOf(app.trace), ...listeners.map(({ channel }) => channel)]);
    const foreign = [...used].find((channel) => !channel.startsWith("check:"));
    must(foreign === undefined, {
      expected: "the name of each channel to begin with process.env.REDIS_PREFIX and a colon",
      seen: `a channel called ${foreign}`,
      hint: "On a Redis that others use, too, a channel called like theirs is theirs. CHANNEL has the prefix already.",
    });
    const { size } = listening();
    must(size === step.workers, {
      expected: `each of the ${step.workers} workers to subscribe`,
      seen: `${size} that did`,
      look: onHearing,
    });
    show(`${[...used].join(", ")}: ${size} workers listen`);
  },
);

check(
  "a worker speaks on one connection and hears on another",
  { look: onClients },
  async ({ app, redis, step, clients, show }) => {
    const members = await gather(clients, step.workers, step.workers);
    for (const member of members) await member.say("which way?");
    await everybodyHears(members, "which way?", () => whyNotHeard(app));
    const worker = await doesBoth(redis, app.trace);
    must(!worker, {
      expected: "each worker to publish on one connection to Redis, and to subscribe on another",
      seen: `worker ${worker?.instance} do both on the same`,
      hint: "Which client subscribes, and which publishes? Where Redis's older protocol is spoken, who has subscribed cannot publish.",
    });
    show(`${members.length} workers have published, none on the connection that it hears on`);
  },
);

check(
  `${CLIENTS * MESSAGES} messages from ${CLIENTS} clients: each once, in the order of its sender`,
  { look: onDelivery },
  async ({ app, step, clients, show }) => {
    const members = await gather(clients, CLIENTS, step.workers);
    const start = performance.now();
    await Promise.all(
      members.map(async (member, sender) => {
        const said = Array.from({ length: MESSAGES }, (_, at) => member.say(`${sender}:${at}`));
        for (const reply of await Promise.all(said)) {
          must(reply?.ok === true, {
            expected: "each message to be acknowledged with { ok: true }",
            seen: JSON.stringify(reply),
          });
        }
      }),
    );
    const total = CLIENTS * MESSAGES;
    const fewest = () => Math.min(...members.map(({ heard }) => heard.length));
    await until(fewest, (least) => least >= total, {
      within: 10_000,
      otherwise: (least) => ({
        expected: `each of ${CLIENTS} clients to hear ${total} messages`,
        seen: `one that heard ${least}`,
        ...whyNotHeard(app),
      }),
    });
    const ms = performance.now() - start;
    await fence(members.slice(0, step.workers));
    for (const member of members) requireOnceInOrder(member);
    show(`${total} messages to ${CLIENTS} clients in ${Math.round(ms)} ms: none lost, none twice`);
  },
);

/** @throws NotYet when a client has heard a message twice, or one before what its sender said first. */
function requireOnceInOrder(member: Member): void {
  const next = new Map<string, number>();
  for (const text of textsOf(member)) {
    const [, sender, at] = /^(\d+):(\d+)$/.exec(String(text)) ?? [];
    if (sender === undefined) continue;
    const wanted = next.get(sender) ?? 0;
    must(Number(at) === wanted, {
      expected: `a client of worker ${member.worker.instance} to hear message ${wanted} of sender ${sender} next`,
      seen: `message ${at}${Number(at) < wanted ? ", which it has heard before" : ""}`,
      ...(Number(at) < wanted ? { look: onHearing } : {}),
      hint:
        Number(at) < wanted
          ? "Its own worker has delivered it, and then what came back over Redis: ORIGIN tells them apart."
          : "One connection keeps the order; to wait for something between taking a message and publishing it does not.",
    });
    next.set(sender, wanted + 1);
  }
}

check(
  "two people in browsers hear each other across workers",
  { look: onDelivery },
  async ({ pages, show }) => {
    const [ada, bob] = await twoOnDifferentWorkers(pages);
    await say(ada.page, "Do you hear me?");
    await texts(bob.page, ["Do you hear me?"]);
    await say(bob.page, "Loud and clear.");
    await texts(ada.page, ["Do you hear me?", "Loud and clear."]);
    await texts(bob.page, ["Do you hear me?", "Loud and clear."]);
    show(`a page on worker ${ada.instance} and one on worker ${bob.instance} show both messages`);
  },
);

check(
  "what is no message of ours is ignored",
  { look: { file: "server.ts", todo: "5.3" }, hint: "readNews gives undefined for it." },
  async ({ app, redis, clients, step, show }) => {
    const before = await app.workers();
    const members = await gather(clients, step.workers, step.workers);
    const [sender] = members;
    const allHear = (text: string) => everybodyHears(members, text, () => whyNotHeard(app));
    await sender?.say("one");
    await allHear("one");
    const channels = channelsOf(app.trace);
    const ours = await overhear(redis, channels, async () => {
      await sender?.say("two");
      await allHear("two");
    });

    const reply = await sender?.say(LARGE);
    must(reply?.ok === false, {
      expected: "a text of 900 KB to be refused with { ok: false, error }",
      seen: JSON.stringify(reply),
      look: onDelivery,
    });
    const odd = [...MALFORMED, ...ours.flatMap((message) => spoilt(message, "two"))];
    await survives(app, before, "something on its channel that is no message", async () => {
      await publishAll(redis, channels, odd);
      await sender?.say("three");
      await allHear("three");
      await publishJustBefore(redis, channels, "{", async () => {
        void sender?.say("four").catch(() => {});
        await eventually(
          () => sender && textsOf(sender),
          (texts) => !!texts?.includes("four"),
          300,
        );
        // A worker that answers something else by now has written what it had to publish.
        await sender?.say("").catch(() => {});
      });
      await everybodyHears(members, "four", () => ({
        hint: 'It came with one that is no message ("{"). A listener that throws at that one never gets to what came with it.',
      }));
    });
    for (const member of members) {
      const strange = member.heard.find(
        (said) => !["one", "two", "three", "four"].includes(said?.text),
      );
      must(strange === undefined, {
        expected: "clients to hear messages of the room only",
        seen: `a client of worker ${member.worker.instance} hear ${String(JSON.stringify(strange)).slice(0, 100)}`,
      });
    }
    show(`${odd.length} odd payloads on ${channels.join(", ")}, some of them of 1 MB`);
  },
);

check(
  "Redis freezes, dies and comes back, and no worker dies of it",
  { fault: true, look: onClients },
  async ({ launch, step, show }) => {
    const further = await launch({ preload: [CAUSE_OF_DEATH] });
    const members = await gather(further.clients, step.workers * 2, step.workers);
    show(...(await outlivesRedis(further, members, { onClients, onDelivery })));
    show(await startsWithoutRedis(further, members, { onClients, onDelivery }));
  },
);
