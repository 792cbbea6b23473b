import { until } from "../workshop/stage/until.ts";
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
import { MALFORMED, publishAll } from "./support/malformed.ts";
import { channelsOf, published, subscribed, whyNotHeard } from "./support/redis-seen.ts";
import { outlivesRedis } from "./support/outage.ts";
import { say, texts, twoOnDifferentWorkers } from "./support/room.ts";
import { survives } from "./support/vitals.ts";

const CLIENTS = 20;
/** Of each client; 1,000 in all. */
const MESSAGES = 50;
/** Below what a server takes at all (1 MB), and far beyond what is a message. */
const LARGE = "x".repeat(900_000);
const onDelivery = { file: "server.ts", todo: "5.2" };
const onHearing = { file: "server.ts", todo: "5.3" };
const onClients = { file: "redis.ts", todo: "5.1" };

/** Why a sender does not hear what it says: that takes no Redis. */
const notEvenItself = {
  look: onDelivery,
  hint: "Not even its own worker has delivered it: io.local.emit reaches the clients of this worker.",
};

check(
  "a message reaches everybody, whichever worker they are on",
  { look: onDelivery, blocks: true },
  async ({ app, step, clients, show }) => {
    await requireCluster(app, step);
    const members = await gather(clients, step.workers * 2, step.workers);
    for (const sender of onePerWorker(members)) {
      const text = `from worker ${sender.worker.instance}`;
      await sender.say(text);
      await everybodyHears(members, text, () =>
        textsOf(sender).includes(text) ? whyNotHeard(app.trace) : notEvenItself,
      );
    }
    await fence(members);
    const twice = members.find((member) => new Set(textsOf(member)).size < member.heard.length);
    must(!twice, {
      expected: "every client to hear each message once",
      seen: `a client of worker ${twice?.worker.instance} hear some of them twice`,
      look: onHearing,
      hint: "Who publishes on a channel that it has subscribed to hears itself, too.",
    });
    show(
      ...subscribed(app.trace).slice(0, step.workers).map(commandLine),
      ...published(app.trace).slice(0, 2).map(commandLine),
    );
  },
);

check(
  "the channel is the app's own, on the Redis that it was given",
  { look: { file: "server.ts" } },
  async ({ app, step, show }) => {
    const channels = channelsOf(app.trace);
    const foreign = channels.find((channel) => !channel.startsWith("check:"));
    must(foreign === undefined, {
      expected: "the name of each channel to begin with process.env.REDIS_PREFIX and a colon",
      seen: `a channel called ${foreign}`,
      hint: "On a Redis that others use, too, a channel called like theirs is theirs. CHANNEL has the prefix already.",
    });
    const listeners = new Set(subscribed(app.trace).map(({ worker }) => worker?.instance));
    must(listeners.size === step.workers, {
      expected: `each of the ${step.workers} workers to subscribe`,
      seen: `${listeners.size} that did`,
      look: { file: "server.ts", todo: "5.3" },
    });
    show(`${channels.join(", ")}: ${listeners.size} workers listen`);
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
        ...whyNotHeard(app.trace),
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
    await sender?.say("one");
    await everybodyHears(members, "one", () => whyNotHeard(app.trace));

    const reply = await sender?.say(LARGE);
    must(reply?.ok === false, {
      expected: "a text of 900 KB to be refused with { ok: false, error }",
      seen: JSON.stringify(reply),
      look: onDelivery,
    });
    const channels = channelsOf(app.trace);
    await publishAll(redis, channels, MALFORMED);
    await survives(app, before, "something on its channel that is no message", async () => {
      await sender?.say("two");
      await everybodyHears(members, "two", () => whyNotHeard(app.trace));
    });
    for (const member of members) {
      const odd = member.heard.find((said) => said?.text !== "one" && said?.text !== "two");
      must(odd === undefined, {
        expected: "clients to hear messages of the room only",
        seen: `a client of worker ${member.worker.instance} hear ${String(JSON.stringify(odd)).slice(0, 100)}`,
      });
    }
    show(`${MALFORMED.length} odd payloads on ${channels.join(", ")}, one of them of 1 MB`);
  },
);

check(
  "Redis freezes, dies and comes back, and no worker dies of it",
  { look: onClients },
  async ({ launch, step, show }) => {
    const further = await launch();
    const members = await gather(further.clients, step.workers * 2, step.workers);
    show(...(await outlivesRedis(further, members, { onClients, onDelivery })));
  },
);
