import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SERVER } from "../../workshop/catalog.ts";
import { Inconclusive, NotYet } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { explainCrash, withoutPm2 } from "../../workshop/stage/crash.ts";
import type { Worker } from "../../workshop/stage/pm2.ts";
import { until } from "../../workshop/stage/until.ts";
import type { FurtherApp } from "./check.ts";
import type { Clients } from "./clients.ts";
import { greeted, type Member } from "./crowd.ts";
import { heardByAllAgain, type Places } from "./outage.ts";
import { Work } from "./work.ts";

/** For how long a start may wait for Redis, in ms. The solution's waits for 2,000. */
const MAY_WAIT = 4_500;
/** How long a start may take on a busy machine, in ms. */
const STARTED_WITHIN = 25_000;
/** How long it may take to meet one of several workers, in ms: they are met in turn. */
const MET_WITHIN = 5_000;

const EXPECTED = "a worker that starts while Redis is away to take clients all the same";

/**
 * Kills a worker while Redis is away. The one that pm2 starts in its place must take clients all the
 * same, and these must hear the others once Redis is there.
 *
 * @throws NotYet
 */
export async function startsWithoutRedis(
  { app, redis, clients }: FurtherApp,
  members: readonly Member[],
  places: Places,
): Promise<string> {
  const [victim] = await app.workers();
  if (!victim) throw new Error("unreachable: the app has workers");
  await redis.kill();
  const printed = app.output.err.length;
  process.kill(victim.pid, "SIGKILL");
  const pid = await comesUp(app, victim, () => app.output.err.slice(printed));
  const newcomer = await metOn(clients, pid);

  await redis.start();
  const others = members.filter(({ worker }) => worker.pid !== victim.pid);
  await heardByAllAgain([newcomer, ...others], {
    look: places.onClients,
    hint: "One of the workers was started while Redis was away. Does it go on trying to connect, and does it subscribe then?",
  });
  return "a worker that started while Redis was away took clients, and its clients hear the others now";
}

/** Waits until the worker listens that pm2 has started in another's place; gives its pid. */
async function comesUp(app: App, victim: Worker, printed: () => string): Promise<number> {
  const work = new Work();
  let pid = 0;
  const look = async (): Promise<boolean> => {
    const workers = await app.workers();
    const now = workers.find(({ instance }) => instance === victim.instance);
    if (!now || now.pid === 0 || now.pid === victim.pid) return false;
    if (now.restarts > victim.restarts + 1) throw died(app, printed());
    pid = now.pid;
    if (app.trace.events.some((it) => it.kind === "listening" && it.worker.pid === pid))
      return true;
    // Who starts is busy; who waits is not.
    work.add(now.cpu);
    if (work.idleFor > MAY_WAIT) throw await waits(app.dir);
    return false;
  };
  await until(look, (listens) => listens, {
    within: STARTED_WITHIN,
    otherwise: () => new Inconclusive("pm2 has not started a killed worker again in time"),
  });
  return pid;
}

function died(app: App, printed: string): NotYet {
  const said = withoutPm2(printed).trim() || "that it ended without a word";
  const { finding } = explainCrash(said, app.dir);
  return new NotYet({
    ...finding,
    expected: EXPECTED,
    seen: `it die of ${finding.seen}`,
    hint: "What the start awaits may be rejected, and then somebody has to catch it.",
    blocks: false,
  });
}

async function waits(dir: string): Promise<NotYet> {
  const lines = (await readFile(join(dir, SERVER), "utf8").catch(() => "")).split("\n");
  const line = 1 + lines.findIndex((text) => /\.listen\(/.test(text));
  return new NotYet({
    expected: EXPECTED,
    seen: "that it waits for something, and does not listen",
    look: { file: SERVER, ...(line > 0 ? { line } : {}) },
    hint: "What is awaited before httpServer.listen may never come: Promise.race gives up waiting for it.",
  });
}

/** Connects clients until one is on that worker. */
async function metOn(clients: Clients, pid: number): Promise<Member> {
  const member = await until(
    async () => {
      const client = await greeted(await clients.connect({ transports: ["websocket"] }));
      if (client.worker.pid === pid) return client;
      client.socket.disconnect();
      return undefined;
    },
    (client) => client !== undefined,
    {
      within: MET_WITHIN,
      otherwise: () => ({
        expected: EXPECTED,
        seen: "none that it has taken, though it listens",
        look: { file: SERVER },
      }),
    },
  );
  if (!member) throw new Error("unreachable: until() gives what holds");
  return member;
}
