import { setTimeout as sleep } from "node:timers/promises";
import { NotYet } from "../workshop/problems.ts";
import type { App } from "../workshop/stage/app.ts";
import type { Worker } from "../workshop/stage/pm2.ts";
import { check, type FurtherApp } from "./support/check.ts";
import { requireCluster } from "./support/cluster.ts";
import { gather, greeted, onePerWorker } from "./support/crowd.ts";
import { breakAway, frozen, killed } from "./support/faults.ts";
import { Gathering } from "./support/gathering.ts";
import {
  mustBeKept,
  mustBeTold,
  mustHearCopy,
  mustNotPromise,
  mustNotPromiseMeanwhile,
  mustRefuseOdd,
  mustShareOneOrder,
  onAppend,
  onCatchUp,
  onClient,
  onSay,
  onTail,
} from "./support/history-seen.ts";
import { keptIds } from "./support/kept.ts";
import { mustBearLateWorkers } from "./support/late-workers.ts";
import { mustBeToldOfLoss } from "./support/loss.ts";
import { must } from "./support/must.ts";
import { mustTakeWhatIsTyped } from "./support/offline.ts";
import {
  gap,
  readOnly,
  say,
  sayUntilAccepted,
  state,
  waiting,
  waitsOrIsRefused,
} from "./support/room.ts";
import { mustBeOneStep, mustForgetIds, mustKeepOnce } from "./support/said-again.ts";
import { Traffic } from "./support/traffic.ts";
import { away, flood, mustBeTrimmed } from "./support/trimming.ts";
import { PING, talkOn, UNDER_FIRE } from "./support/under-fire.ts";
import { Death, survives } from "./support/vitals.ts";

/** How many drafts are said through each worker at the same time. */
const DRAFTS = 25;
/** How many things each says where nothing is broken. */
const MESSAGES = 15;
/** How often a connection breaks in the middle of a conversation. */
const BREAKS = 60;
/** How many messages the app shall keep, where that is what it is about. */
const HISTORY = 100;
const FLOOD = 700;
/**
 * For how long somebody is away, in ms. A worker: until its clients are elsewhere, which takes half of that,
 * and have said again there, long before it thaws, what it has not acknowledged.
 */
const AWAY = { worker: 6 * PING, redis: 2_000, page: 5_000 };
/** What a person types while Redis is away. */
const TYPED = "while Redis is away";

check(
  "four workers, and what is acknowledged is kept in a stream of Redis",
  { look: onAppend, blocks: true },
  async ({ app, redis, clients, step, dir, show }) => {
    await requireCluster(app, step);
    using gathering = await Gathering.of(app, 1);
    for (const person of gathering.people) {
      show(await saidWhy(app, () => mustBeKept(redis, person, dir)));
      await mustNotPromise(redis, person);
    }
    show(await mustRefuseOdd(redis, await clients.connect({ transports: ["websocket"] })));
  },
);

check(
  "every worker follows the stream: all hear all, once, in one order",
  { look: onTail, blocks: true },
  async ({ app, redis, step, show }) => {
    using gathering = await Gathering.of(app, step.workers * 2);
    await mustHearCopy(redis, gathering);
    show("an entry that another program has put into the stream reached everybody, once");
    await gathering.talk(MESSAGES);
    await gathering.hears();
    show(mustShareOneOrder(gathering));
  },
);

check(
  "what is sent again, through whichever worker, is no second message",
  { look: onAppend },
  async ({ app, redis, clients, step, show }) => {
    using gathering = await Gathering.of(app, 1);
    // What is several steps may keep all drafts once by luck: so that is asked first.
    const steps = [];
    for (const person of gathering.people) steps.push(await mustBeOneStep(redis, person));
    const members = await gather(clients, step.workers, step.workers);
    show(await mustKeepOnce(redis, onePerWorker(members), DRAFTS), ...steps);
    show(await mustForgetIds(redis));
  },
);

check(
  "who comes back in the middle of a conversation hears all of it, once and in order",
  { look: onCatchUp },
  async ({ app, redis, show }) => {
    show(await mustBearLateWorkers(app, redis));
    using traffic = new Traffic(app, () => keptIds(redis));
    await traffic.begin();
    await traffic.under("connections broke", async () => {
      for (let count = 0; count < BREAKS; count += 1) {
        const person = traffic.people[count % traffic.people.length];
        if (person) await breakAway(person);
      }
    });
    show(`${BREAKS} connections broken: ${await traffic.settle()}`);
  },
);

check(
  "the stream is trimmed, and who has missed more than it holds is told so",
  { look: onAppend },
  async ({ launch, show }) => {
    const { app, redis, clients } = await launch({ env: { HISTORY: String(HISTORY) } });
    const client = await clients.connect({ transports: ["websocket"] });
    using gathering = await Gathering.of(app, 3);
    const [brief, long, thawing] = gathering.people;
    if (!brief || !long || !thawing) throw new Error("unreachable: three have come");
    await gathering.talk(1);
    await gathering.hears();

    const heard = await away(brief, () => flood(client, HISTORY / 2));
    must(heard.filter((text) => String(text).startsWith("flood")).length === HISTORY / 2, {
      expected: `a client that was away while ${HISTORY / 2} messages were said to hear them`,
      seen: `${heard.length}`,
      look: onCatchUp,
    });
    must(brief.missed.length === 0, {
      expected: "who has missed nothing not to be told so",
      seen: "that it is told",
      look: onCatchUp,
      hint: "Is what it has heard last still in the stream? Then so is all that came after it.",
    });

    await frozen(app, thawing, () => away(long, () => flood(client, FLOOD)));
    show(await mustBeTrimmed(redis, HISTORY, FLOOD + HISTORY / 2));
    await mustBeTold(
      [long],
      "a client to be told that the stream no longer holds all that it has missed",
      {
        look: onCatchUp,
        hint: "Is what it has heard last still in the stream? If not, nobody knows what came after it.",
      },
    );
    await mustBeTold(
      [thawing],
      "the clients of a worker that was frozen for longer than the stream holds to be told",
      {
        look: onTail,
        hint: "A worker, too, makes sure that its cursor is still in the stream, each time that it reads on.",
      },
    );
    show("told: a client that was away, and the clients of a worker that was frozen");
  },
);

check(
  "pm2 reload: nothing acknowledged is lost, nothing heard twice",
  { fault: true, look: onSay },
  async (scene) => {
    const further = await scene.launch(UNDER_FIRE);
    using traffic = await talkWithPage(further);
    const pm2 = await scene.pm2();
    await traffic.under("pm2 reloaded the workers", () => pm2.reload(further.app.name));
    scene.show(await traffic.settle());
  },
);

check(
  "each worker is killed outright, one after the other",
  { fault: true, look: onSay },
  async ({ launch, show }) => {
    const further = await launch(UNDER_FIRE);
    using traffic = await talkWithPage(further);
    for (const worker of await further.app.workers()) {
      await traffic.under(`worker ${worker.instance} was killed`, () =>
        killed(further.app, worker),
      );
    }
    show(await traffic.settle());
  },
);

check(
  "a worker freezes for longer than the ping timeout, and thaws",
  { fault: true, look: onAppend },
  async ({ launch, show }) => {
    const further = await launch(UNDER_FIRE);
    using traffic = await talkWithPage(further);
    const [person] = traffic.people;
    if (!person) throw new Error("unreachable: twenty talk");
    await traffic.under(`worker ${person.instance} was frozen`, () =>
      // For how long it is frozen is what this is about.
      frozen(further.app, person, () => sleep(AWAY.worker)),
    );
    show(await traffic.settle());
  },
);

check(
  "Redis is killed and comes back with its data: the room is read-only meanwhile",
  { fault: true, look: onTail },
  async (scene) => {
    const speaker = await scene.clients.connect({ transports: ["websocket"] });
    const further = await mustNotPromiseMeanwhile(scene.redis, speaker, () =>
      scene.launch(UNDER_FIRE),
    );
    const { app, redis, clients } = further;
    // Over WebSocket alone, a page needs no Redis to stay connected.
    using traffic = await talkWithPage(further, "/?transports=websocket");
    const { page } = traffic;
    const before = await app.workers();
    await caught(further, before, () =>
      traffic.under("Redis was away", async () => {
        await redis.kill();
        await readOnly(page, true, onTail);
        await say(page, TYPED);
        await waitsOrIsRefused(page);
        await greeted(await clients.connect({ transports: ["websocket"] }));
        // For how long it is away is what this is about.
        await sleep(AWAY.redis);
        await state(page, "connected");
        await redis.start();
        await readOnly(page, false, onTail);
        await sayUntilAccepted(page, TYPED);
      }),
    );
    scene.show(await traffic.settle(), traffic.heardOnce(TYPED));
  },
);

check(
  "Redis comes back without its data: everybody is told, and the room goes on",
  { fault: true, look: onTail },
  async ({ launch, step, show }) => {
    const further = await launch(UNDER_FIRE);
    const { app, redis } = further;
    show(await mustBeToldOfLoss(app, redis, step.workers));
    // Over WebSocket alone, a page needs no Redis to stay connected.
    using traffic = await talkWithPage(further, "/?transports=websocket");
    const { page, people } = traffic;
    await survives(app, await app.workers(), "a Redis that has lost its data", () =>
      traffic.under("Redis had lost its data", async () => {
        await redis.kill();
        await redis.start({ empty: true });
        await mustBeTold(people, "everybody to be told that something may be lost", {
          look: onTail,
          hint: "After each break a worker makes sure that the stream still holds the entry at its cursor.",
        });
        await gap(page, onTail);
        traffic.forget();
      }),
    );
    show(`${people.length} clients and the page were told`, await traffic.settle());
  },
);

check(
  "a page that is offline for 5 s misses nothing, and what is typed meanwhile is said",
  { fault: true, look: onClient },
  async ({ launch, show }) => {
    const further = await launch(UNDER_FIRE);
    using traffic = await talkWithPage(further);
    const { page } = traffic;
    await say(page, "before");
    await waiting(page, 0, onSay);
    await traffic.under("the page was offline", async () => {
      await page.context().setOffline(true);
      await state(page, "disconnected");
      await mustTakeWhatIsTyped(page);
      await say(page, "offline");
      await waiting(page, 1, onClient);
      // For how long it is offline is what this is about.
      await sleep(AWAY.page);
      await page.context().setOffline(false);
      await state(page, "connected", { greeted: true });
      await waiting(page, 0, onSay);
    });
    show(await traffic.settle(), traffic.heardOnce("before"), traffic.heardOnce("offline"));
  },
);

/** What is not acknowledged, append() may have failed at; then an error is printed. @throws NotYet */
async function saidWhy<T>({ output }: App, act: () => Promise<T>): Promise<T> {
  const { length } = output.err;
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof NotYet) || error.finding.look?.file !== onSay.file) throw error;
    const printed = output.err.slice(length).split("\n");
    const problem = printed.find((text) => /\bERR\b|Error\b/.test(text));
    if (problem === undefined) throw error;
    throw new NotYet({
      ...error.finding,
      seen: `${error.finding.seen}, and printed: ${problem.trim().slice(0, 200)}`,
      look: onAppend,
      hint: "append() has failed, it seems, and then no answer is right. What it has printed says why.",
    });
  }
}

/** Redis dies: what append() throws then, whoever calls it has to catch. @throws Death */
async function caught(
  { app }: FurtherApp,
  before: readonly Worker[],
  act: () => Promise<void>,
): Promise<void> {
  try {
    await survives(app, before, "the death of Redis", act);
  } catch (error) {
    if (!(error instanceof Death)) throw error;
    const { look } = error.finding;
    if (look?.file !== onAppend.file) throw error;
    throw new Death({
      ...error.finding,
      look: onSay,
      hint: "append() throws when Redis is away, and nobody knows then whether the message is kept. Whoever calls it catches that. No answer is an honest one: the client says it again.",
    });
  }
}

/** Twenty people and a page, in the middle of a conversation. */
function talkWithPage(further: FurtherApp, path = "/"): Promise<Traffic> {
  return talkOn(further, async (traffic) => {
    const page = await further.pages.open(path);
    await state(page, "connected", { greeted: true });
    await traffic.hear(page);
  });
}
