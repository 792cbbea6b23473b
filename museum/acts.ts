import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareLines, readLines } from "../workshop/diff/lines.ts";
import { Inconclusive } from "../workshop/problems.ts";
import { killIfThere } from "../workshop/stage/daemon.ts";
import { answers } from "../workshop/stage/ports.ts";
import { until } from "../workshop/stage/until.ts";
import { crowd, isRefused, refusalsOf, refusedPage } from "./crowd.ts";
import type { Guide } from "./guide.ts";
import type { House } from "./house.ts";
import { tornSessions, WARNING } from "./logs.ts";
import { openRedisCli, overhear } from "./overheard.ts";
import { EXHIBIT } from "./packages.ts";
import { thenAndNow } from "./then-and-now.ts";
import type { Transport, Visit } from "./visit.ts";

/** One act of the article of 2014, performed. */
export interface Act {
  title: string;
  play: (house: House, guide: Guide) => Promise<void>;
}

/** How long something that is bound to be seen may take on a busy machine, in ms. */
const SEEN_WITHIN = 30_000;
/** What ends at an age below this, forever does not start again (`minUptime`); in ms, with a margin. */
const GIVES_UP = 1_500;
/** How many lines of the log are shown. */
const SHOWN = 10;
/** On how many channels a worker with a RedisStore listens. (Counted in its code.) */
const CHANNELS = 13;
/** How far away those are that come to the cluster with a store, in ms: farther where this machine is busy. */
const DISTANCES = [100, 400, 1_600];
const SAID = "Is everybody here?";

export const acts: readonly Act[] = [
  { title: "forever keeps one process alive", play: foreverAct },
  { title: "pm2 makes a cluster of it", play: clusterAct },
  { title: "Two browsers come", play: browsersAct },
  { title: "What the log says", play: logAct },
  { title: "redis-server", play: redisAct },
  { title: "The app with a RedisStore", play: storeAct },
  { title: "The cluster again", play: againAct },
  { title: "Then and now", play: tableAct },
];

async function foreverAct(house: House, guide: Guide): Promise<void> {
  guide.say(
    "A chat on Socket.IO 0.9 and Express 3, in some 20 lines, and what kept it alive in 2014.",
  );
  const { err } = await house.forever("start", "app.js");
  const aging = /Warning: .*/.exec(err)?.[0];
  if (aging) guide.output(`(Node, of code this old) ${aging}`);
  const first = await alive(house);
  await house.forever("list");

  guide.typed(`kill -9 ${first}`);
  killIfThere(first);
  const second = await alive(house, first);
  await house.forever("list");
  await house.forever("stop", "app.js");
  await house.forever("list");
  guide.look(
    `The process ${first} was killed, and forever started ${second} in its place; a chat is back.`,
    "One process uses one core, however many the machine has. That is why somebody reads on.",
  );
}

async function clusterAct(house: House, guide: Guide): Promise<void> {
  guide.say("pm2 starts the same file once for each core. Not a line of it is changed.");
  if (house.instances !== "max") {
    guide.say(`(The article has -i max. On this machine it is -i ${house.instances}.)`);
  }
  await house.run("app.js");
  await house.pm2("list");
  guide.look(
    "Several workers, in the mode cluster: they share one port, and whoever connects meets one of them.",
    `The chat is at ${house.url} now. Everything looks well.`,
  );
}

async function browsersAct(house: House, guide: Guide): Promise<void> {
  await house.run("app.js");
  await house.logs();
  guide.say(
    `Two pages of a real browser open ${house.url}. The first takes WebSocket, as it does by itself; ` +
      "the second polls, as a browser did behind a proxy that knew no WebSocket.",
  );
  const visits = [await house.visit("websocket"), await house.visit("xhr-polling")];
  for (const each of visits) await each.answered();
  for (const each of visits) await show(each, guide, "act-3");

  if (!visits.some(isRefused)) {
    const { refused, pages } = await refusedPage(house);
    guide.say(
      `Both were lucky: each asked the same worker twice. So more pages come, one after the other, and ` +
        `page ${pages + visits.length} is the first that is refused.`,
    );
    await show(refused, guide, "act-3-refused");
  }
  guide.look(
    "A handshake takes two requests: one that gets a session id, and one that uses it. Each may meet " +
      "another worker.",
    "`error: client not handshaken` is what a client is told by a worker that never heard of its session. " +
      "It waits, tries again, and may be lucky the next time. Or not.",
  );
}

async function logAct(house: House, guide: Guide): Promise<void> {
  await house.run("app.js");
  const logs = await house.logs();
  if (logs.warnings() === 0) {
    guide.say("(First, what act 3 does: pages come until one is refused.)");
    await refusedPage(house);
  }
  const [torn] = await until(
    () => (logs.warnings() > 0 ? tornSessions(logs.lines()) : []),
    (found) => found.length > 0,
    { within: SEEN_WITHIN, otherwise: () => new Error("pm2 logs showed no refused session.") },
  );
  guide.typed("pm2 logs");
  const lines = logs.lines();
  const first = lines.findIndex(({ text }) => torn && text.includes(torn.sid));
  for (const { worker, text } of lines.slice(first, first + SHOWN)) {
    guide.output(`${worker}|app  | ${text}`);
  }
  guide.output("…");
  guide.typed(`pm2 logs | grep -c "${WARNING}"`);
  guide.output(String(logs.warnings()));
  guide.look(
    `Worker ${torn?.owner} opened the session ${torn?.sid}; its next request came to worker ` +
      `${torn?.stranger}, which did not know it, and warned.`,
    "Today the same fault says 400 Session ID unknown. It is step 3 of the workshop.",
  );
}

async function redisAct(house: House, guide: Guide): Promise<void> {
  guide.say("What one worker knows has to get to the others. In 2014 as today, Redis carries it.");
  const redis = await house.redis();
  guide.output(readFileSync(house.redisLog, "utf8").trim().split("\n").at(-1) ?? "");
  await using cli = await openRedisCli(redis.url);
  guide.typed("redis-cli ping");
  guide.output(await cli.ping());
  guide.look(
    "It listens on the loopback address only, on a port of its own, and ends with the museum: a Redis of " +
      "yours is never touched.",
  );
}

async function storeAct(house: House, guide: Guide): Promise<void> {
  await house.redis();
  guide.say("Five lines turn app.js into app-with-redis.js.");
  guide.typed("diff app.js app-with-redis.js");
  guide.output(difference("app.js", "app-with-redis.js"));
  await house.run("app-with-redis.js", "1");
  await using cli = await openRedisCli((await house.redis()).url);
  guide.typed("redis-cli pubsub channels");
  const channels = await until(
    () => cli.channels(),
    (found) => found.length >= CHANNELS,
    { within: SEEN_WITHIN, otherwise: () => new Error("The worker subscribed to too little.") },
  );
  guide.output(channels.join("\n"));
  guide.look(
    "The worker listens on these channels before anybody has come. `handshake` is the one that " +
      "mends it: whoever opens a session tells all the others of it.",
  );
}

async function againAct(house: House, guide: Guide): Promise<void> {
  await house.run("app-with-redis.js");
  await everyWorkerListens(house);
  await using overheard = await overhear((await house.redis()).url);
  guide.say("Pages come from nearby, on this very machine; every other one polls.");
  const near = await countedCrowd(house, guide);

  let far = near;
  for (const distance of DISTANCES) {
    await house.closePages();
    guide.say(`Pages come from afar: each request of theirs takes ${distance} ms more.`);
    far = await countedCrowd(house, guide, distance);
    if (far.warnings === 0) break;
  }
  if (far.warnings > 0) throw new Inconclusive("This machine is too busy for act 7. Run it again.");
  await far.visits[0]?.say(SAID);
  const heard = await Promise.all(far.visits.map((each) => each.hears(SAID)));
  for (const each of far.visits.slice(0, 2)) await show(each, guide, "act-7");
  guide.say(`One says something, and ${heard.filter(Boolean).length} of ${heard.length} hear it.`);
  guide.typed("redis-cli monitor | grep publish | cut -d'\"' -f4 | sort | uniq -c | sort -rn");
  const counts = overheard
    .counts()
    .map(([channel, count]) => `${String(count).padStart(4)} ${channel}`);
  guide.output(counts.join("\n"));
  guide.look(
    "No warning from afar: the last picture of the article. Any worker, either transport.",
    `From nearby there ${near.warnings === 1 ? "was 1 warning" : `were ${near.warnings} warnings`}. The store ` +
      "tells the others of a handshake and does not wait until they know: a client that is close enough " +
      "overtakes the news, as happens in about every other run. The relay of step 7 asks the owner, and " +
      "waits for its answer.",
    "What it costs: each session is told to every worker several times, and so is each request of those " +
      "that poll.",
  );
}

/** Opens pages to the cluster that shares its handshakes, and counts the warnings on the way. */
async function countedCrowd(house: House, guide: Guide, distance?: number) {
  const logs = await house.logs();
  const before = logs.lines().length;
  const since = () => logs.lines().slice(before);
  const visits = await crowd(house, logs, distance);
  const refusals = refusalsOf(visits);
  // Each refusal is written down; the line may come a moment later.
  const warnings = await until(
    () => since().filter(({ text }) => text.includes(WARNING)).length,
    (count) => count >= refusals,
    { within: SEEN_WITHIN, otherwise: () => new Error("pm2 logs did not show a refusal.") },
  );
  guide.say(
    `${visits.length} of ${visits.length} pages are connected; ${tornSessions(since()).length} sessions met ` +
      `two workers, and ${refusals} requests were refused.`,
  );
  guide.typed(`pm2 logs | grep -c "${WARNING}"`);
  guide.output(String(warnings));
  return { visits, warnings };
}

async function tableAct(_house: House, guide: Guide): Promise<void> {
  guide.say(
    "RedisStore went with Socket.IO 1.0. What took its place carries messages and leaves the handshake to " +
      "sticky sessions; step 7 of the workshop brings that half back, by another way.",
  );
  guide.table(thenAndNow);
  guide.look(
    "Then the state of a session went to every worker, and any of them served it. With the relay the " +
      "session stays where it is, and the request goes there.",
    "Run it yourself: npm run solution 6 for the adapter, npm run solution 7 for the relay.",
  );
}

/** Waits until forever keeps a process alive that answers, another than that one; gives its pid. */
async function alive(house: House, but = 0): Promise<number> {
  const found = await until(
    async () => ((await answers(house.port)) ? house.underForever() : undefined),
    (process) => process !== undefined && process.pid !== but && process.age > GIVES_UP,
    { within: SEEN_WITHIN, otherwise: () => new Error("forever started nothing that answers.") },
  );
  return found?.pid ?? 0;
}

/** Waits until each worker would be told of a handshake: it takes them a moment to subscribe. */
async function everyWorkerListens(house: House): Promise<void> {
  await using cli = await openRedisCli((await house.redis()).url);
  await until(
    () => cli.listeners("handshake"),
    (count) => count === house.workers,
    { within: SEEN_WITHIN, otherwise: () => new Error("Not every worker listens to Redis.") },
  );
}

const CALLED: Record<Transport, string> = {
  websocket: "a browser with WebSocket",
  "xhr-polling": "a browser that polls",
};

/** What a page shows, with a picture of it. */
async function show(visited: Visit, guide: Guide, name: string): Promise<void> {
  guide.page(CALLED[visited.transport]);
  guide.output(await visited.state());
  guide.output((await visited.told()).map((line) => `  ${line}`).join("\n"));
  guide.output(`picture: ${await visited.picture(`${name}-${visited.transport}`)}`);
}

/** The lines that two files of the exhibit do not share, as `diff` marks them. */
function difference(before: string, after: string): string {
  const lines = (file: string) => readLines(readFileSync(join(EXHIBIT, file), "utf8"));
  const rows = compareLines(lines(before), lines(after)).flatMap((hunk) => hunk.rows);
  const text = (line: (typeof rows)[number]["mine"]) =>
    line?.parts.map((part) => part.text).join("") ?? "";
  return rows
    .flatMap(({ kind, mine, theirs }) => {
      if (kind === "same") return [];
      return [...(mine ? [`< ${text(mine)}`] : []), ...(theirs ? [`> ${text(theirs)}`] : [])];
    })
    .filter((line) => line.length > 2)
    .join("\n");
}
