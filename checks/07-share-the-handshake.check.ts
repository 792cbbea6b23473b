import { withoutPm2 } from "../workshop/stage/crash.ts";
import { until } from "../workshop/stage/until.ts";
import { commandLine, line } from "../workshop/trace/line.ts";
import { check } from "./support/check.ts";
import { requireCluster } from "./support/cluster.ts";
import { askForAll, PONG, talkThroughAll, told } from "./support/conversation.ts";
import { everybodyHears, gather, greeted } from "./support/crowd.ts";
import { ECHO, mustEcho, mustRefuseTooLong } from "./support/echo.ts";
import { killed } from "./support/faults.ts";
import { oddFrames } from "./support/frames.ts";
import { ask, askEveryWorker } from "./support/http.ts";
import { mustKeepConnections } from "./support/kept-connections.ts";
import { allConnect, mustNotBeStarved, mustStay } from "./support/lanes.ts";
import {
  askForLost,
  askTheOthers,
  mustBeUnknown,
  pollThroughAnother,
} from "./support/lost-sessions.ts";
import { MALFORMED, publishAll } from "./support/malformed.ts";
import { must } from "./support/must.ts";
import { mustHearInOrder, talk } from "./support/order.ts";
import { outlivesRedis } from "./support/outage.ts";
import { channelsOf } from "./support/redis-seen.ts";
import { isRelay, onForward, onInject, onOwner, onSid, relayed } from "./support/relay-seen.ts";
import { readState, state } from "./support/room.ts";
import { openSession, openSessions } from "./support/sessions.ts";
import { mustNameOwners } from "./support/sid-layout.ts";
import { upgraded } from "./support/upgrades.ts";
import { survives } from "./support/vitals.ts";

/** So many random ids of one worker have no character in common by chance. */
const IDS = 8;
/** How many clients with default transports are looked at until they have upgraded. */
const UPGRADES = 8;
const CLIENTS = 40;
const WAYS = [["polling", "websocket"], ["polling"], ["websocket", "polling"], ["websocket"]];
const LOADS = 20;
/** How many things one says right after the other. */
const MESSAGES = 15;

check(
  "four workers share one port, and a session id says whose it is",
  { look: onSid, blocks: true },
  async ({ app, step, show }) => {
    const workers = await requireCluster(app, step);
    show(...mustNameOwners(await openSessions(app, workers, IDS)));
  },
);

check(
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
    show(...posts.values(), ...polls.values());
    show(...relayed(app.trace, since).slice(0, 2).map(commandLine));
    show(`one session, ${step.workers} workers: each took a POST of it, each answered a poll`);
  },
);

check(
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

check(
  "a client that keeps its connection may keep it",
  { look: onForward },
  async ({ app, show }) => {
    show(...(await mustKeepConnections(app, await openSession(app))));
  },
);

check(
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

check(
  `a page comes to a WebSocket at each of ${LOADS} loads, and no log holds a warning`,
  { look: onForward },
  async ({ app, pages, show }) => {
    const since = Date.now();
    const page = await pages.open();
    for (let load = 1; load <= LOADS; load += 1) {
      if (load > 1) await page.reload();
      await state(page, "connected", { transport: "websocket", greeted: true });
    }
    // A client of the check before may still ask for a session that it has closed.
    const refused = app.trace.refused.filter(
      ({ at, sid = "" }) => at >= since && app.trace.of(sid).every((one) => one.at >= since),
    );
    if (refused[0]) mustNotBeStarved(refused[0]);
    must(refused.length === 0, {
      expected: "no request of the page to be refused",
      seen: `${refused.length} that were:  ${refused[0] && line(refused[0], app.trace)}`,
      hint: "The page is still there, and its session is not: who has closed that at its owner?",
    });
    const log = withoutPm2(app.output.err).trim();
    must(log === "", {
      expected: "nothing in the app's error log",
      seen: `"${log.slice(0, 200)}"`,
    });
    show(...app.trace.of((await readState(page)).sid));
    show(`${LOADS} of ${LOADS} loads ended on a WebSocket; 0 requests refused; an empty error log`);
  },
);

check(
  "what is said goes through whole: binary, and as long as maxHttpBufferSize allows",
  { look: onForward },
  async ({ launch, show }) => {
    // The same code, but its servers also echo.
    const { app, clients } = await launch({ preload: [ECHO] });
    show(await mustEcho(await clients.connect({ transports: ["polling"] })));
    const client = await clients.connect();
    await upgraded(app.trace, client);
    show(await mustEcho(client));
    const address = String(await client.ask("where"));
    must(address.endsWith("127.0.0.1"), {
      expected: "the owner to know the address of a client that is connected to another worker",
      seen: address,
    });

    show(await mustRefuseTooLong(app, await app.workers()));
  },
);

check(
  "a poll that its client gives up ends the session, at its owner",
  { look: onForward },
  async ({ app, show }) => {
    const workers = await app.workers();
    const [session, poll] = await pollThroughAnother(app, workers);
    const post = { ...PONG, sid: session.sid };
    poll.abort();
    await until(
      () => ask(app, post),
      ({ status }) => status === 400,
      {
        within: 2_000,
        otherwise: (last) => ({
          expected: "a session to end when the client gives up a poll, at whichever worker",
          seen: last ? `${told(last)} to a request of it, 2 s later` : "no answer",
          hint: "A client that goes away closes its connection. The tunnel that carries it on has to be closed, too.",
        }),
      },
    );
    const after = await askEveryWorker(app, workers, post);
    for (const answer of after.values()) mustBeUnknown(answer, "a session that has ended");
    show(...app.trace.of(session.sid).slice(0, 3), ...[...after.values()].map((it) => it.traced));
  },
);

check(
  "a session of nobody, or of a worker that is dead or frozen, is unknown before long",
  { look: onForward },
  async ({ launch, show }) => {
    const { app } = await launch();
    const workers = await app.workers();
    const [dying, freezing, living] = await openSessions(app, workers);
    if (!dying || !freezing || !living) throw new Error("unreachable: there are four workers");
    for (const sid of ["made-up", "-".repeat(20), living.sid.slice(0, 10).padEnd(20, "-")]) {
      const answers = await askForLost(() => askEveryWorker(app, workers, { sid }));
      for (const one of answers.values()) mustBeUnknown(one, `the made-up session id ${sid}`);
    }
    show("a made-up session id: 400 from every worker");

    await killed(app, dying.owner);
    const orphaned = await askForLost(() => askEveryWorker(app, workers, { sid: dying.sid }));
    for (const answer of orphaned.values()) {
      mustBeUnknown(answer, `a session of worker ${dying.owner.instance}, which was killed,`);
    }
    show("a session of a killed worker: 400 from every worker");

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

check(
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

check(
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

check(
  "Redis freezes, dies and comes back, and no worker dies of it",
  { look: onForward },
  async ({ launch, step, show }) => {
    const further = await launch();
    const { app, redis } = further;
    const workers = await app.workers();
    const members = await gather(further.clients, step.workers, step.workers);
    const session = await openSession(app);

    redis.pause();
    const post = { ...PONG, sid: session.sid };
    const answers = await askForLost(() => askEveryWorker(app, workers, post));
    redis.resume();
    for (const answer of answers.values()) {
      must(answer.status === (answer.traced.worker.pid === session.owner.pid ? 200 : 503), {
        expected: "while Redis is frozen, the owner of a session to answer as ever, and others 503",
        seen: told(answer),
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
