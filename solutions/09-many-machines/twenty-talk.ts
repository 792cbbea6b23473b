/**
 * Lets 20 people talk, 50 messages a second in all, and says what became of them. Meanwhile, break
 * something.
 *
 *     npx tsx twenty-talk.ts [url] [seconds]
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";

const url = process.argv[2] ?? "http://localhost:3000";
const SECONDS = Number(process.argv[3] ?? 20);
const PEOPLE = 20;
/** How often each says something, in ms. */
const EVERY = 400;
/** What is not acknowledged by then, in ms, is sent again. */
const ACK_TIMEOUT = 2000;
/** How long it may take at the end until all have heard all, in ms. */
const LATE = 5000;

await fetch(url).catch(() => {
  console.error(`Nobody answers at ${url}. Is npm run step running, and is that its URL?`);
  process.exit(1);
});

/** The ids of what was acknowledged, and what each has heard, in its order. */
const acknowledged = new Set<string>();
const heard: string[][] = [];
let breaks = 0;
let told = 0;

const people = Array.from({ length: PEOPLE }, (_, at) => join(at));
await Promise.all(people.map((person) => person.isHere));
const end = performance.now() + SECONDS * 1000;
const ticker = setInterval(tell, 1000);
const talks = people.map((person) => talk(person.say));
await Promise.race([Promise.all(talks), sleep(SECONDS * 1000 + 30_000)]);
for (const late = performance.now() + LATE; performance.now() < late && count().lost > 0;) {
  await sleep(100);
}
clearInterval(ticker);
tell();
process.exit();

function join(at: number) {
  const ids: string[] = [];
  heard.push(ids);
  let offset: string | undefined;
  const socket = io(url, {
    transports: at % 2 ? ["websocket"] : ["polling", "websocket"],
    forceNew: true,
    retries: Infinity,
    ackTimeout: ACK_TIMEOUT,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1000,
    auth: (send: (whereabouts: object) => void) => send({ offset }),
  });
  socket.on("said", (said) => {
    ids.push(said.id);
    offset = said.offset ?? offset;
  });
  socket.on("offset", (place) => (offset = place));
  socket.on("missed", () => (told += 1));
  socket.on("disconnect", () => (breaks += 1));
  return {
    isHere: new Promise((resolve) => socket.once("connect", () => resolve(true))),
    async say(id: string) {
      const reply = await socket.emitWithAck("say", { id, text: `person ${at}` });
      if (reply?.ok) acknowledged.add(id);
    },
  };
}

async function talk(say: (id: string) => Promise<void>): Promise<void> {
  while (performance.now() < end) await Promise.all([say(randomUUID()), sleep(EVERY)]);
}

/** Of what was acknowledged: how often somebody has not heard it, or more than once. */
function count() {
  let lost = 0;
  let twice = 0;
  for (const ids of heard) {
    const own = new Set(ids);
    twice += ids.length - own.size;
    for (const id of acknowledged) if (!own.has(id)) lost += 1;
  }
  return { lost, twice };
}

function tell(): void {
  const { lost, twice } = count();
  console.log(
    `${String(acknowledged.size).padStart(5)} acknowledged   ${lost} not heard   ${twice} heard twice   ` +
      `${breaks} connections broken   ${told} told that they have missed some`,
  );
}
