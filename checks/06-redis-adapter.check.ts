import type { Person } from "../page/events.ts";
import { SERVER } from "../workshop/catalog.ts";
import type { Finding } from "../workshop/problems.ts";
import type { App } from "../workshop/stage/app.ts";
import { until } from "../workshop/stage/until.ts";
import { commandLine, line } from "../workshop/trace/line.ts";
import { allIsTold, mustListenOnce, whileTold } from "./support/announcements.ts";
import { check, type FurtherApp } from "./support/check.ts";
import { requireCluster } from "./support/cluster.ts";
import {
  everybodyHears,
  fence,
  gather,
  onePerWorker,
  textsOf,
  type Member,
} from "./support/crowd.ts";
import { frozen, frozenRedis, heldUp } from "./support/faults.ts";
import { askEveryWorker, handshake } from "./support/http.ts";
import { startsWithoutRedis } from "./support/lone-start.ts";
import { MALFORMED, publishAll } from "./support/malformed.ts";
import { must } from "./support/must.ts";
import { CAUSE_OF_DEATH, outlivesRedis } from "./support/outage.ts";
import { doesBoth } from "./support/redis-connections.ts";
import { channelsOf, published, subscribed } from "./support/redis-seen.ts";
import { callRoll, join, people, say, texts, twoOnDifferentWorkers } from "./support/room.ts";
import { survives } from "./support/vitals.ts";

const onAdapter = { file: "server.ts", todo: "6.1" };
const onRooms = { file: "server.ts", todo: "6.2" };
const onPresence = { file: "server.ts", todo: "6.3" };
const onRollCall = { file: "server.ts", todo: "6.4" };
const onChange = { file: "server.ts", todo: "6.5" };

/** How long the workers may take to agree on who is in a room, in ms; measured: 10. */
const PRESENT_WITHIN = 4_000;
/** How long it may take, while Redis is frozen, until those of one worker have met in a room, in ms. */
const MOVED_WITHIN = 5_000;
/** Of how many a roll call gets no answer; 1 would be in "within 1 s", too. */
const DEAF = 3;
/** How long presence may take while a worker hangs, in ms; the adapter's own requestsTimeout is 5,000. */
const TOLD_WITHIN = 8_000;
const INTOLERANT = "createTolerantAdapter catches what the adapter does not.";
/** How many are in another room meanwhile: a whole turn around the workers. */
const ELSEWHERE = 4;
/** Names that no room has. */
const BAD_NAMES = ["", "x".repeat(21), "<b>", "a\nb", 42, null, {}, ["tea"]];
/** Requests of the adapter's own kinds that lack what they need. */
const HALF_REQUESTS = [
  ...[0, 1, 2, 3, 5, 6, 7, 99].map((type) => JSON.stringify({ type, requestId: "odd" })),
  JSON.stringify({ type: 6, data: "odd" }),
  Buffer.from([0xc0]),
];
const CLIENTS = 40;
/** As in step 3. */
const AT_MOST = 4;
const DEFAULT_TRANSPORTS = new URL("experiments/default-transports.mjs", import.meta.url).href;

check(
  "a message reaches everybody in the room, whichever worker they are on",
  { look: onAdapter, blocks: true },
  async ({ app, step, clients, show }) => {
    await requireCluster(app, step);
    const members = await whileTold(app, async () => {
      const all = await gather(clients, step.workers * 2, step.workers);
      for (const sender of onePerWorker(all)) {
        const text = `from worker ${sender.worker.instance}`;
        await sender.say(text);
        await everybodyHears(all, text, () =>
          textsOf(sender).includes(text) ? whyNotHeard(app) : UNHEARD_BY_ITSELF,
        );
      }
      await fence(all);
      await allIsTold(app);
      return all;
    });
    const again = members.find((member) => new Set(textsOf(member)).size < member.heard.length);
    must(!again, {
      expected: "each client to hear each message once",
      seen: `a client of worker ${again?.worker.instance} hear some of them more than once`,
      hint: `The adapter hands on what is said to a room. Does something else do so, too, as in step 5?${besideAdapter(app)}`,
    });
    show(
      ...subscribed(app.trace).slice(0, 4).map(commandLine),
      ...published(app.trace)
        .filter(({ channel }) => channel.includes("room:"))
        .slice(0, 2)
        .map(commandLine),
    );
  },
);

const UNHEARD_BY_ITSELF = {
  look: { file: SERVER },
  hint: "Not even the sender hears it: socket.to leaves the sender out, io.to does not.",
};

/** Why a message has not come to another worker, as far as Redis and the workers' log tell. */
function whyNotHeard({ trace, output }: App): Pick<Finding, "look" | "hint"> {
  const listening = subscribed(trace);
  if (listening.length === 0) {
    const refusal = /adapter: not subscribed: ([^\n]+)/.exec(output.err)?.[1];
    return {
      hint: refusal
        ? `The adapter could not subscribe: "${refusal}". It takes the client that publishes first, and the one that subscribes second.`
        : "No worker has subscribed to anything: the server has no adapter yet that would do it.",
    };
  }
  const patterns = new Set(listening.flatMap(({ channel }) => channel.match(/^.*\*$/) ?? []));
  if (patterns.size > 1) {
    return {
      hint: `Each worker listens for itself: ${[...patterns].toSorted().join(", ")}. The key must be the same in all of them.`,
    };
  }
  if (!published(trace).some(({ channel }) => channel.includes("room:"))) {
    return {
      look: { file: SERVER },
      hint: "The adapter is there and has subscribed, but what was said was not published for a room: io.to(idOf(socket.data.room)), and not io.local.",
    };
  }
  return {};
}

/** The channels that are not the adapter's. */
function besideAdapter({ trace }: App): string {
  const others = new Set(channelsOf(trace).filter((channel) => !channel.includes("#")));
  return others.size > 0 ? ` There is a channel ${[...others].join(", ")}.` : "";
}

check(
  "the adapter's channels are the app's own, on two connections",
  { look: onAdapter },
  async ({ app, redis, step, clients, show }) => {
    const members = await gather(clients, step.workers, step.workers);
    for (const member of members) await member.say("which way?");
    await everybodyHears(members, "which way?", () => whyNotHeard(app));

    const used = new Set([...channelsOf(app.trace), ...subscribed(app.trace).map(channelOf)]);
    const foreign = [...used].find((channel) => !channel.startsWith("check"));
    must(foreign === undefined, {
      expected: "the adapter to use process.env.REDIS_PREFIX as its key",
      seen: `a channel called ${foreign}`,
      hint: "On a Redis that others use, too, two apps with the same key are one. It is an option: { key: PREFIX }.",
    });
    const worker = await doesBoth(redis, app.trace);
    must(!worker, {
      expected: "each worker to publish on one connection to Redis, and to subscribe on another",
      seen: `worker ${worker?.instance} do both on the same`,
      hint: "The adapter takes two clients: createTolerantAdapter(publisher, subscriber, …).",
    });
    show(`${[...used].join(", ")}: none of them is published on the connection that hears it`);
  },
);

const channelOf = ({ channel }: { channel: string }) => channel;

check(
  "a room is heard by those who are in it, on all workers, and by nobody else",
  { look: onRooms, blocks: true },
  async ({ app, step, clients, show }) => {
    const members = await gather(clients, step.workers * 2, step.workers);
    const tea = onePerWorker(members);
    const lobby = members.filter((member) => !tea.includes(member));
    for (const member of tea) await mustJoin(member, "tea");

    const since = Date.now();
    await tea[0]?.say("in the tea room");
    // Where somebody in the room has heard it, it has been there for all clients of that worker.
    await everybodyHears(tea, "in the tea room", () => ({
      hint: lobby.some((member) => textsOf(member).includes("in the tea room"))
        ? "It was told in the lobby: a message goes to the room in socket.data.room, which has to be remembered there."
        : "What io.to(idOf(room)) reaches is who has joined just that: socket.join(idOf(room)).",
    }));
    await lobby[0]?.say("in the lobby");
    await everybodyHears(lobby, "in the lobby", () => ({
      hint: "Who joins a room leaves another, and no more.",
    }));
    await fence(members);
    mustNotHave(lobby, "in the tea room", "the lobby", {
      hint: isToldInLobby(app, since)
        ? "It was told in the lobby. A join leaves the room before, remembers the new one in socket.data.room, and joins it: idOf gives what each is called."
        : "They have never been in that room. To whom is it told? io.to(idOf(socket.data.room)).",
    });
    mustNotHave(tea, "in the lobby", "the tea room", {
      hint: "Who goes to another room has to leave the one before.",
    });

    for (const name of BAD_NAMES) {
      const reply = await tea[0]?.ask("join", name);
      must(isRefusal(reply), {
        expected: `join(${JSON.stringify(name)}) to be refused with { ok: false, error }`,
        seen: JSON.stringify(reply),
      });
    }
    await tea[1]?.say("still in the tea room");
    await everybodyHears(tea, "still in the tea room", () => ({}));
    show(
      `${tea.length} clients on ${tea.length} workers heard the tea room, ${lobby.length} in the lobby did not`,
      ...published(app.trace)
        .filter(({ channel }) => channel.includes("tea"))
        .slice(0, 1)
        .map(commandLine),
    );
  },
);

/** Whether all that was published for a room since then was for the lobby, though some was said in another. */
function isToldInLobby({ trace }: App, since: number): boolean {
  const channels = published(trace).flatMap(({ at, channel }) => (at >= since ? channel : []));
  const rooms = channels.filter((channel) => channel.includes("room:"));
  return rooms.length > 0 && rooms.every((channel) => channel.includes("room:lobby#"));
}

function mustNotHave(
  members: readonly Member[],
  text: string,
  where: string,
  { hint }: Pick<Finding, "hint">,
): void {
  const hearer = members.find((member) => textsOf(member).includes(text));
  must(hearer === undefined, {
    expected: `nobody in ${where} to hear what is said elsewhere`,
    seen: `a client of worker ${hearer?.worker.instance} hear "${text}"`,
    hint,
  });
}

async function mustJoin(member: Member, room: string): Promise<void> {
  const reply = await member.ask("join", room);
  must(isObject(reply) && reply.ok === true, {
    expected: `join("${room}") to be acknowledged with { ok: true }`,
    seen: JSON.stringify(reply),
    look: onRooms,
  });
}

function isRefusal(reply: unknown): boolean {
  return isObject(reply) && reply.ok === false && typeof reply.error === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

check(
  "who comes is told who is there, on all workers",
  { look: onPresence, blocks: true },
  async ({ app, step, clients, show }) => {
    const others = await gather(clients, step.workers * 2 - 1, step.workers);
    // What the workers still tell each other of those would reach the last one, too.
    await allIsTold(app);
    const [busy] = others;
    if (!busy) throw new Error("unreachable: some have come");
    const since = Date.now();
    // As on a busy machine: the others answer, and one of them a little later.
    const [last] = await heldUp(app, busy.worker, () => gather(clients, 1, 1));
    if (!last) throw new Error("unreachable: somebody has come");
    const members = [...others, last];
    await sees(last, members, {
      hint: "fetchSockets asks all workers, if it is not told: local.",
      ifAlone: () => whyAlone(app, since),
      ifUntold: {
        look: onChange,
        hint: "A worker has to tell its own clients of their change as well: tellWhoIsIn(room). serverSideEmit reaches the others only.",
      },
    });
    const full = last.present.at(-1);
    const room = members.slice(-2);
    for (const member of room) await mustJoin(member, "study");
    await sees(last, room, { hint: "Of a room, that is: io.in(idOf(room))." });
    show(`${nameOf(last)} was told of: ${full?.map(describe).join(", ")}`);
  },
);

/** Why somebody was told of those on its own worker only: have the others been asked? */
function whyAlone({ trace }: App, since: number): Pick<Finding, "look" | "hint"> {
  const answers = published(trace).filter(
    ({ at, channel }) => at >= since && channel.includes("-response#"),
  );
  if (answers.length === 0) return {};
  return {
    look: onAdapter,
    hint: `The other workers were asked, and have answered (on ${answers[0]?.channel}), but nobody waited for it: requestsTimeout is in milliseconds.`,
  };
}

check(
  "and those who are there are told who comes and goes",
  { look: onChange },
  async ({ app, step, clients, show }) => {
    const members = await gather(clients, step.workers * 2, step.workers);
    const changed = members.at(-1)?.worker;
    for (const member of members) {
      const isOwn = member.worker.pid === changed?.pid;
      await sees(member, members, isOwn ? OWN_CHANGE : OTHERS_CHANGE);
    }

    const [leaving, ...rest] = members;
    leaving?.socket.disconnect();
    for (const member of rest) await sees(member, rest, OTHERS_CHANGE);

    // Half of them go to another room while others come: all at once.
    const movers = rest.slice(0, 3);
    const stayers = rest.slice(3);
    const [comers] = await Promise.all([
      gather(clients, step.workers, 1),
      ...movers.map((member) => mustJoin(member, "garden")),
    ]);
    for (const member of movers) await sees(member, movers, OTHERS_CHANGE);
    for (const member of [...stayers, ...comers]) {
      await sees(member, [...stayers, ...comers], OTHERS_CHANGE);
    }
    const count = stayers.length + comers.length;
    must(stayers[0]?.members.at(-1) === count, {
      expected: `members to be ${count}, as many as are in the room`,
      seen: String(stayers[0]?.members.at(-1)),
    });
    await mustListenOnce(app, clients, step.workers);
    show(`${movers.length} went, ${comers.length} came, all at once: everybody was told right`);
  },
);

const OTHERS_CHANGE = {
  hint: "A worker learns of changes in its own clients only. serverSideEmit tells the others, and io.on hears it.",
};
const OWN_CHANGE = {
  hint: "It was a change among the clients of its own worker: serverSideEmit reaches the others, and not the worker that calls it.",
};

const WRONG_WORKERS = {
  look: onPresence,
  hint: "All are there, but with the wrong worker: each socket's own is in its data, data.worker.",
};

/** Waits until what a client was told last is who is there. */
async function sees(
  member: Member,
  room: readonly Member[],
  why: Pick<Finding, "hint"> & {
    ifUntold?: Pick<Finding, "look" | "hint">;
    ifAlone?: () => Pick<Finding, "look" | "hint">;
  },
): Promise<void> {
  const wanted = room.map((one) => describe({ from: nameOf(one), worker: one.worker })).sort();
  await until(
    () => member.present.at(-1)?.map(describe).sort() ?? [],
    (told) => told.join() === wanted.join(),
    {
      within: PRESENT_WITHIN,
      otherwise: (told = []) => {
        // What others were told just before it came may reach it, too: without itself.
        const isOld = !told.some((one) => one.startsWith(nameOf(member)));
        const isWhole =
          told.length === room.length &&
          room.every((one) => told.some((text) => text.startsWith(nameOf(one))));
        const isOwn = told.every((one) => one.endsWith(`(worker ${member.worker.instance})`));
        const ifOwn = isOwn ? why.ifAlone?.() : {};
        return {
          expected: `a client of worker ${member.worker.instance} to be told that these are in its room: ${wanted.join(", ")}`,
          seen: isOld ? "that nobody has told it since it came" : told.join(", "),
          hint: why.hint,
          ...(isOld ? why.ifUntold : isWhole ? WRONG_WORKERS : ifOwn),
        };
      },
    },
  );
}

function nameOf({ socket }: Member): string {
  return socket.id?.slice(0, 4) ?? "";
}

function describe({ from, worker }: Person): string {
  return `${from} (worker ${worker?.instance})`;
}

check(
  "a roll call counts those who answer, and says when one does not",
  {
    look: onRollCall,
    hintOfDeath: (seen) =>
      seen.includes("operation has timed out")
        ? "emitWithAck is rejected when somebody does not answer in time, and nobody has caught that (TODO 6.4)."
        : "",
  },
  async ({ step, clients, show }) => {
    const everybody = await gather(clients, step.workers * 2 + ELSEWHERE, step.workers);
    const elsewhere = everybody.slice(0, ELSEWHERE);
    for (const member of elsewhere) await mustJoin(member, "cellar");
    const members = everybody.slice(ELSEWHERE);
    const [caller] = members;
    const others = members.filter(({ worker }) => worker.pid !== caller?.worker.pid).slice(0, DEAF);
    if (!caller || others.length < DEAF) throw new Error("unreachable: gather meets all workers");

    const all = await caller.ask("rollCall");
    must(isObject(all) && all.ok === true && all.answered === members.length, {
      expected: `rollCall to be acknowledged with { ok: true, answered: ${members.length} }`,
      seen: JSON.stringify(all),
      hint: isRefusal(all)
        ? ACKNOWLEDGED
        : whyMiscounted(isObject(all) ? all.answered : undefined, caller, members),
    });
    for (const other of others) other.deaf = true;
    const start = performance.now();
    const some = await caller.ask("rollCall");
    const ms = Math.round(performance.now() - start);
    const answered = members.length - DEAF;
    const isCounted = isObject(some) && some.ok === false && some.answered === answered;
    must(isRefusal(some) && isCounted && tellsMissing(String(some.error), answered), {
      expected: `{ ok: false, answered: ${answered}, error } when ${DEAF} do not answer, with an error that says how many`,
      seen: JSON.stringify(some),
      hint: isCounted
        ? "The count in answered is right. The error has to say how many have not answered: whoIsIn(room), asked before the roll is called, tells how many there are."
        : "emitWithAck is rejected then, and the answers that came in time are the error's `responses`.",
    });
    show(
      `${members.length} of ${members.length} answered`,
      `with ${DEAF} that do not answer, after ${ms} ms:  ${JSON.stringify(some)}`,
    );
  },
);

const NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight"];
/** What a text says that is about those who have not answered. */
const NEGATION = /n['’]t\b|\b(?:no|not|none|never|without|missing|silent)\b/i;

/** Whether a text tells how many have not answered: their number, or how many of how many have. */
function tellsMissing(text: string, answered: number): boolean {
  const has = (count: number) => new RegExp(`\\b(?:${count}|${NUMBERS[count]})\\b`, "i").test(text);
  return has(DEAF) || (has(answered) && has(answered + DEAF) && !NEGATION.test(text));
}

/** What a wrong count of answers says of how the roll was called. */
const ACKNOWLEDGED =
  "A broadcast with a timeout can be acknowledged: emitWithAck gives one answer of each client. Without timeout() it hardly waits.";

function whyMiscounted(answered: unknown, caller: Member, members: readonly Member[]): string {
  const own = members.filter(({ worker }) => worker.pid === caller.worker.pid).length;
  if (answered === members.length + ELSEWHERE) {
    return `${ELSEWHERE} more are connected, in another room: io.to(idOf(room)) calls those of this room.`;
  }
  if (answered === members.length - 1)
    return "socket.to leaves out the one who calls; io.to does not.";
  if (answered === own)
    return "Those are the clients of the caller's own worker: it must not be local.";
  return ACKNOWLEDGED;
}

check(
  "people in browsers meet in a room across workers",
  { look: onRooms },
  async ({ pages, show }) => {
    const [ada, bob] = await twoOnDifferentWorkers(pages);
    const eve = await pages.open();
    await join(ada.page, "tea");
    await join(bob.page, "tea");
    await say(ada.page, "Tea?");
    await texts(bob.page, ["Tea?"]);
    await say(eve, "Anybody in the lobby?");
    await texts(eve, ["Anybody in the lobby?"]);
    await texts(ada.page, ["Tea?"]);
    await people(ada.page, [ada.instance, bob.instance], onPresence);
    const result = await callRoll(ada.page, onRollCall);
    must(/\b2\b/.test(result), {
      expected: "the page's roll call to count 2",
      seen: result,
      look: onRollCall,
    });
    show(
      `pages on worker ${ada.instance} and ${bob.instance} met in a room, a third in the lobby heard nothing`,
      `roll call: ${result}`,
    );
  },
);

check(
  "what others publish on its channels does no harm",
  { look: onAdapter, hint: INTOLERANT },
  async ({ app, redis, clients, step, show }) => {
    const before = await app.workers();
    const members = await gather(clients, step.workers, step.workers);
    const channels = channelsOf(app.trace);
    const patterns = subscribed(app.trace).filter(({ command }) => command === "PSUBSCRIBE");
    const used = [
      ...new Set([...channels, ...patterns.map(({ channel }) => channel.slice(0, -1))]),
    ];
    await publishAll(redis, used, [...MALFORMED, ...HALF_REQUESTS]);
    const talk = async () => {
      await members[0]?.say("still here");
      await everybodyHears(members, "still here", () => ({}));
    };
    await survives(app, before, "something on its channels that is no message", talk, () => ({
      look: onAdapter,
      hint: INTOLERANT,
    }));
    show(
      `${MALFORMED.length + HALF_REQUESTS.length} odd payloads on each of ${used.length} channels, one of them of 1 MB`,
    );
  },
);

check(
  "a worker that hangs does not keep the others from each other",
  { fault: true, look: onPresence },
  async ({ app, clients, step, show }) => {
    const before = await app.workers();
    const everybody = onePerWorker(await gather(clients, step.workers, step.workers));
    const [comer, friend, hanging] = everybody;
    if (!comer || !friend || !hanging) throw new Error("unreachable: gather meets all workers");
    // What it was told before the others came would pass for what it must be told in spite of them.
    await sees(comer, everybody, OTHERS_CHANGE);

    let waited = 0;
    await frozen(app, hanging.worker, async () => {
      const talk = async () => {
        for (const member of [comer, friend]) await mustJoin(member, "attic");
        await comer.say("does anybody hang?");
        await everybodyHears([comer, friend], "does anybody hang?", () => ({ look: onRooms }));
        const start = performance.now();
        await isToldInSpiteOf(hanging, comer, [comer, friend]);
        waited = performance.now() - start;
      };
      await survives(app, before, "another that hangs", talk, () => ONE_HANGS);
    });
    await mustJoin(hanging, "attic");
    await sees(comer, [comer, friend, hanging], OTHERS_CHANGE);
    show(
      `with worker ${hanging.worker.instance} frozen the others heard each other, and after ${Math.round(waited)} ms were told who is there`,
    );
  },
);

const ONE_HANGS = {
  look: onPresence,
  hint: "When a worker does not answer in time, fetchSockets is rejected. Then those of this worker are told: io.local.",
};

const STILL_WAITS = {
  look: onAdapter,
  hint: "Its worker still waits for the one that hangs. requestsTimeout says for how long, in milliseconds; then fetchSockets is rejected, and those of this worker can be told.",
};

/** Waits until somebody was told that they are in their room themselves, and nobody who is not. */
async function isToldInSpiteOf(
  hanging: Member,
  member: Member,
  room: readonly Member[],
): Promise<void> {
  const names = room.map(nameOf);
  await until(
    () => {
      // Its worker has died.
      must(member.left.length === 0, { expected: "it to stay connected", seen: "it leave" });
      return member.present.at(-1)?.map(({ from }) => from) ?? [];
    },
    (told) => told.includes(nameOf(member)) && told.every((name) => names.includes(name)),
    {
      within: TOLD_WITHIN,
      otherwise: (told = []) => {
        // Of the room before: of this one it has not been told anything.
        const isOld = told.some((name) => !names.includes(name));
        return {
          expected: `a client of worker ${member.worker.instance} to be told of who is in its room, at least of those on its own worker, while worker ${hanging.worker.instance} hangs`,
          seen: isOld
            ? `that after ${TOLD_WITHIN / 1000} s it was not told anything`
            : `that after ${TOLD_WITHIN / 1000} s it was told of ${told.length > 0 ? told.join(", ") : "nobody"}`,
          ...(isOld ? STILL_WAITS : ONE_HANGS),
        };
      },
    },
  );
}

check(
  "and yet the adapter does not mend the handshake",
  { fault: true, look: onAdapter },
  async ({ launch, show }) => {
    // The same code, but its servers take the default transports.
    const { app, clients } = await launch({ preload: [DEFAULT_TRANSPORTS] });
    const workers = await app.workers();
    const { sid, owner } = await handshake(app);
    const posts = await askEveryWorker(app, workers, { method: "POST", sid, body: "40" });
    for (const [instance, { status, traced }] of posts) {
      const right =
        instance === owner.instance ? status === 200 : status === 400 && traced.code === 1;
      must(right, {
        expected: `with default transports, a session of worker ${owner.instance} to be unknown to every other`,
        seen: `worker ${instance} answer ${status} ${traced.message ?? ""}`.trim(),
        hint: "This step is about messages. Sessions are shared in the next one.",
      });
    }
    let connected = 0;
    for (let client = 0; client < CLIENTS; client += 1) {
      if ((await clients.tryOnce()).connected) connected += 1;
    }
    must(connected <= AT_MOST, {
      expected: `at most ${AT_MOST} of ${CLIENTS} clients with default transports to connect`,
      seen: `${connected} that connected`,
    });
    show(
      ...app.trace
        .of(sid)
        .slice(0, workers.length + 1)
        .map((request) => line(request, app.trace)),
      `${connected} of ${CLIENTS} clients with default transports connected, with the adapter at work`,
    );
  },
);

check(
  "Redis freezes, dies and comes back, and no worker dies of it",
  { fault: true, look: onAdapter, hint: INTOLERANT },
  async ({ launch, step, show }) => {
    const further = await launch({ preload: [CAUSE_OF_DEATH] });
    const members = await gather(further.clients, step.workers * 2, step.workers);
    const places = {
      onClients: { file: "redis.ts" },
      onDelivery: onAdapter,
      onRejection: { look: onAdapter, hint: INTOLERANT },
    };
    show(...(await outlivesRedis(further, members, places)));
    const roll = await members[0]?.ask("rollCall");
    must(isObject(roll) && roll.answered === members.length, {
      expected: `a roll call afterwards to count all ${members.length}`,
      seen: JSON.stringify(roll),
      look: onRollCall,
      hint: "What it counts is told once all workers have been asked.",
    });
    show(await startsWithoutRedis(further, members, places));
    show(await moveWithoutRedis(further, members));
  },
);

/** Who joins a room is in it, also while Redis is frozen. @throws NotYet */
async function moveWithoutRedis(
  { redis }: FurtherApp,
  members: readonly Member[],
): Promise<string> {
  const stayed = members.filter(({ left }) => left.length === 0);
  const [one, other] =
    onePerWorker(stayed)
      .map(({ worker }) => stayed.filter((member) => member.worker.pid === worker.pid))
      .find(({ length }) => length > 1) ?? [];
  if (!one || !other) throw new Error("unreachable: one worker only was killed");
  const text = "in the cave";
  await frozenRedis(redis, async () => {
    // Whether a join waits to be answered until all are told is not what this is about.
    for (const { emit } of [one, other]) emit("join", "cave", () => {});
    await until(
      () => {
        one.emit("say", text, () => {});
        return [one, other].filter((member) => textsOf(member).includes(text)).length;
      },
      (heard) => heard === 2,
      {
        within: MOVED_WITHIN,
        otherwise: (heard) => ({
          expected: "two clients of one worker to meet in a room while Redis is frozen",
          seen: `${heard} of 2 hear what one of them says there`,
          look: onRooms,
          hint: "A worker needs no Redis to let its own socket join: socket.join. io.in(id).socketsJoin asks all workers, over Redis.",
        }),
      },
    );
  });
  return "with Redis frozen two clients of one worker met in a room";
}
