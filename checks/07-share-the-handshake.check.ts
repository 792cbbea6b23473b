import type { Page } from "playwright";
import type { TracedRequest } from "../workshop/trace/events.ts";
import { commandLine, line } from "../workshop/trace/line.ts";
import { carriedOn, mustBearCut, mustEnd, mustLeave } from "./support/carried.ts";
import { check } from "./support/check.ts";
import { requireCluster } from "./support/cluster.ts";
import { askForAll, PONG, talkThroughAll, told } from "./support/conversation.ts";
import { everybodyHears, gather, greeted } from "./support/crowd.ts";
import { ECHO, mustEcho, mustKnowClients, mustRefuseTooLong } from "./support/echo.ts";
import { frozenRedis, killed } from "./support/faults.ts";
import { oddFrames } from "./support/frames.ts";
import { askEveryWorker } from "./support/http.ts";
import { mustKeepConnections } from "./support/kept-connections.ts";
import { allConnect, mustNotBeStarved, mustStay, refusalOf } from "./support/lanes.ts";
import {
  askForLost,
  askTheOthers,
  mustBeLost,
  mustBeUnknown,
  mustTakeItsPlace,
  pollThroughAnother,
} from "./support/lost-sessions.ts";
import { MALFORMED, publishAll } from "./support/malformed.ts";
import { must } from "./support/must.ts";
import { mustHearInOrder, talk } from "./support/order.ts";
import { outlivesRedis } from "./support/outage.ts";
import { channelsOf } from "./support/redis-seen.ts";
import type { Pages } from "./support/pages.ts";
import { ofRelay } from "./support/relay-check.ts";
import {
  isRelay,
  mustBeHeardByOne,
  onForward,
  onInject,
  onOwner,
  onSid,
  relayed,
} from "./support/relay-seen.ts";
import { readState, state } from "./support/room.ts";
import { openSession, openSessions } from "./support/sessions.ts";
import { mustNameOwners } from "./support/sid-layout.ts";
import { upgraded } from "./support/upgrades.ts";
import { survives } from "./support/vitals.ts";
import { warningsIn } from "./support/warnings.ts";

/** So many random ids of one worker have no character in common by chance. */
const IDS = 8;
/** How many clients with default transports are looked at until they have upgraded. */
const UPGRADES = 8;
const CLIENTS = 40;
const WAYS = [["polling", "websocket"], ["polling"], ["websocket", "polling"], ["websocket"]];
/** How often the page is loaded, in two tabs at the same time. */
const LOADS = 20;
/** How many things one says right after the other. */
const MESSAGES = 15;

const relayCheck: typeof check = (title, options, body) => check(title, options, ofRelay(body));

relayCheck(
  "four workers share one port, and a session id says whose it is",
  { look: onSid, blocks: true },
  async ({ app, step, show }) => {
    const workers = await requireCluster(app, step);
    show(...mustNameOwners(await openSessions(app, workers, IDS)));
  },
);

relayCheck(
  "a session is polled and posted to through any worker",
  { look: onOwner, blocks: true },
  async ({ app, step, show }) => {
    const workers = await app.workers();
    for (const one of await openSessions(app, workers)) {
      await askForAll(app, workers, one, PONG, 200);
    }
    const session = await openSession(app);
    const since = Date.now();
    const { posts, polls } = await talkThroughAll(app, workers, session);
    await mustBeHeardByOne(app.trace, since);
    show(...posts.values(), ...polls.values());
    show(...relayed(app.trace, since).slice(0, 2).map(commandLine));
    show(`one session, ${step.workers} workers: each took a POST of it, each answered a poll`);
  },
);

relayCheck(
  "a WebSocket that any worker takes carries the session on",
  { look: onForward, blocks: true },
  async ({ app, clients, show }) => {
    const workers = await app.workers();
    for (const session of await openSessions(app, workers)) {
      await askForAll(app, workers, session, { upgrade: true }, 101);
    }
    const foreign = [];
    for (let count = 0; count < UPGRADES; count += 1) {
      const member = await greeted(await clients.connect());
      const upgrade = await upgraded(app.trace, member);
      const reply = await member.say("over WebSocket");
      must(reply.ok, { expected: "what it says to be acknowledged", seen: JSON.stringify(reply) });
      if (upgrade.worker.pid !== member.worker.pid) foreign.push(upgrade);
    }
    must(foreign.length > 0, {
      expected: `some of ${UPGRADES} clients to upgrade at another worker than their own`,
      seen: "that all met their own",
      look: { file: "ecosystem.config.cjs" },
    });
    show(...foreign.slice(0, 2));
    show(
      `${UPGRADES} clients ended on WebSockets, ${foreign.length} of them through another worker`,
    );
  },
);

relayCheck(
  "a session of nobody is unknown to every worker",
  { look: onForward },
  async ({ app, show }) => {
    const workers = await app.workers();
    const { sid: known } = await openSession(app);
    for (const sid of ["made-up", "-".repeat(20), known.slice(0, 10).padEnd(20, "-")]) {
      await mustBeLost(app, workers, sid, `the made-up session id ${sid}`);
    }
    show("a made-up session id: 400 from every worker");
  },
);

relayCheck(
  "a client that keeps its connection may keep it",
  { look: onForward },
  async ({ app, show }) => {
    show(...(await mustKeepConnections(app, await openSession(app))));
  },
);

relayCheck(
  `${CLIENTS} of ${CLIENTS} clients connect, whatever their transports`,
  { look: onForward },
  async ({ app, step, clients, show }) => {
    const since = Date.now();
    show(...(await Promise.all(WAYS.map((way) => allConnect(app, clients, way, CLIENTS)))));
    const opened = app.trace.requests.filter((request) => request.opened && request.at >= since);
    const instances = new Set(opened.map(({ worker }) => worker.instance));
    must(instances.size === step.workers, {
      expected: `them to be spread over ${step.workers} workers`,
      seen: `all on ${[...instances].map((instance) => `worker ${instance}`).join(", ")}`,
    });
  },
);

relayCheck(
  `a page comes to a WebSocket at each of ${LOADS} loads, and no log holds a warning`,
  { look: onForward },
  async ({ app, pages, show }) => {
    const since = Date.now();
    // A client of the check before may still ask for a session that it has closed.
    const isOfPage = ({ at, sid = "" }: TracedRequest) =>
      at >= since && app.trace.of(sid).every((one) => one.at >= since);
    const loads = Promise.all([loadAgainAndAgain(pages), loadAgainAndAgain(pages)]);
    const [page] = await loads.catch(async (error: unknown) => {
      const refusal = await refusalOf(app, isOfPage);
      if (refusal) mustNotBeStarved(refusal);
      throw error;
    });
    const refused = app.trace.refused.filter(isOfPage);
    if (refused[0]) mustNotBeStarved(refused[0]);
    must(refused.length === 0, {
      expected: "no request of the page to be refused",
      seen: `${refused.length} that were:  ${refused[0] && line(refused[0], app.trace)}`,
      hint: "The page is still there, and its session is not: who has closed that at its owner?",
    });
    const [warning] = warningsIn(app.output.err);
    must(warning === undefined, {
      expected: "no warning in the app's error log",
      seen: `"${warning?.slice(0, 200)}"`,
    });
    const [first, ...rest] = app.trace.of((await readState(page)).sid);
    if (!first) throw new Error("unreachable: it is connected");
    must(first.transport === "polling", {
      expected: "the page to begin with polling, and to upgrade",
      seen: `that it begins with ${first.transport}`,
      look: { file: "public/client-options.js" },
      hint: "Here the transports are the default again, on both sides.",
    });
    show(first, ...rest);
    show(
      `${LOADS} of ${LOADS} loads ended on a WebSocket; 0 requests refused; no warning in the error log`,
    );
  },
);

/** Loads the page, for half of all loads, and comes to a WebSocket each time. @throws NotYet */
async function loadAgainAndAgain(pages: Pages): Promise<Page> {
  const page = await pages.open();
  for (let load = 1; load <= LOADS / 2; load += 1) {
    if (load > 1) await page.reload({ waitUntil: "commit" });
    await state(page, "connected", { transport: "websocket", greeted: true });
  }
  return page;
}

relayCheck(
  "a poll that is given up, or a WebSocket that is cut, ends the session at its owner",
  { look: onForward },
  async ({ app, clients, show }) => {
    const workers = await app.workers();
    const [session, poll] = await pollThroughAnother(app, workers);
    poll.abort();
    const ended = await mustEnd(app, workers, session, "gives up a poll");
    show(...app.trace.of(session.sid).slice(0, 3), ...ended);
    await mustBearCut(app, await carriedOn(app, clients));
    show("a WebSocket that another worker carries on was cut: its session has ended, too");
  },
);

relayCheck(
  "what people say reaches everybody once and in order, over whichever transport",
  { look: onForward },
  async ({ app, clients, show }) => {
    const members = [];
    for (const transports of [["polling"], ["websocket"], ["polling"], ["websocket"]]) {
      members.push(await greeted(await clients.connect({ transports })));
    }
    // These talk from their first moment on, while they upgrade.
    const comers = [];
    for (let count = 0; count < 4; count += 1) {
      const client = await clients.connect();
      comers.push({ client, said: talk(client, `comer ${count}`, MESSAGES) });
    }
    const first = comers.map(({ said }) => said);
    const talkers = [...members, ...comers.map(({ client }) => client)];
    const stayed = () => mustStay(app, talkers);
    await mustHearInOrder(members, first, stayed);
    for (const { client } of comers) {
      await upgraded(app.trace, client);
      members.push(await greeted(client));
    }
    const then = members.map((member, number) => talk(member, `member ${number}`, MESSAGES));
    await mustHearInOrder(members, then, stayed);
    show(
      `${first.flat().length} messages during the upgrade, then ${then.flat().length}: each heard once, in order`,
      `by ${members.map(({ socket }) => socket.io.engine.transport.name).join(", ")}`,
    );
  },
);

relayCheck(
  "what others publish on its channels does no harm",
  { look: onInject },
  async ({ app, redis, clients, show }) => {
    const before = await app.workers();
    const [member] = await gather(clients, 1, 1);
    const client = await clients.connect();
    await upgraded(app.trace, client);
    const channels = channelsOf(app.trace).filter(isRelay);
    const odd = [...MALFORMED, ...oddFrames()];

    await publishAll(redis, channels, odd);
    await survives(app, before, "something on its channel that is no frame", async () => {
      await client.say("still here");
      if (member) await everybodyHears([member], "still here", () => ({}));
      await talkThroughAll(app, before, await openSession(app));
    });
    show(`${odd.length} odd payloads on each of ${channels.length} channels`);
  },
);

relayCheck(
  "what is said goes through whole: binary, and as long as maxHttpBufferSize allows",
  { fault: true, look: onForward },
  async ({ launch, show }) => {
    // The same code, but its servers also echo.
    const { app, clients } = await launch({ preload: [ECHO] });
    show(await mustEcho(await clients.connect({ transports: ["polling"] })));
    const client = await clients.connect();
    await upgraded(app.trace, client);
    show(await mustEcho(client));
    show(await mustKnowClients(app, clients));
    show(await mustRefuseTooLong(app, await app.workers()));
  },
);

relayCheck(
  "a session of a worker that is dead or frozen is unknown before long",
  { fault: true, look: onForward },
  async ({ launch, show }) => {
    const { app, clients } = await launch();
    const workers = await app.workers();
    const [dying, freezing, living] = await openSessions(app, workers);
    if (!dying || !freezing || !living) throw new Error("unreachable: there are four workers");
    // All have asked this owner something by then, the one who will die, too.
    for (const _ of [1, 2]) await askForAll(app, workers, living, PONG, 200);
    const carried = await carriedOn(app, clients, { owner: dying.owner });
    await killed(app, dying.owner);
    show(await mustLeave(carried));
    const { instance } = dying.owner;
    await mustBeLost(app, workers, dying.sid, `a session of worker ${instance}, which was killed,`);
    show("a session of a killed worker: 400 from every worker");
    show(await mustTakeItsPlace(app, living));

    process.kill(freezing.owner.pid, "SIGSTOP");
    try {
      for (const answer of await askTheOthers(app, workers, { sid: freezing.sid })) {
        mustBeUnknown(answer, `a session of worker ${freezing.owner.instance}, which is frozen,`);
        show(`${line(answer.traced, app.trace)}, after ${Math.round(answer.traced.ms)} ms`);
      }
    } finally {
      process.kill(freezing.owner.pid, "SIGCONT");
    }
  },
);

relayCheck(
  "Redis freezes, dies and comes back, and no worker dies of it",
  { fault: true, look: onForward },
  async ({ launch, step, show }) => {
    const further = await launch();
    const { app, redis } = further;
    const workers = await app.workers();
    const members = await gather(further.clients, step.workers, step.workers);
    const session = await openSession(app);

    const post = { ...PONG, sid: session.sid };
    const answers = await frozenRedis(redis, () =>
      askForLost(() => askEveryWorker(app, workers, post)),
    );
    for (const answer of answers.values()) {
      must(answer.status === (answer.traced.worker.pid === session.owner.pid ? 200 : 503), {
        expected: "while Redis is frozen, the owner of a session to answer as ever, and others 503",
        seen: told(answer),
        hint:
          answer.status === 400
            ? "400 says that the session is gone, and its client gives it up. Nobody can know that now. #refuse and #refuseUpgrade tell the two apart: why a tunnel has closed stands in the tunnel."
            : undefined,
      });
      show(answer.traced);
    }
    const places = { onClients: onForward, onDelivery: onForward };
    show(...(await outlivesRedis(further, members, places)));
    for (const one of await openSessions(app, workers)) {
      await askForAll(app, workers, one, PONG, 200);
    }
    show("after its return sessions are shared again");
  },
);
