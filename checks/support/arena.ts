import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ECOSYSTEM, folderOf, root, type Step } from "../../workshop/catalog.ts";
import type { App } from "../../workshop/stage/app.ts";
import { startDaemon } from "../../workshop/stage/daemon.ts";
import { startManagedApp } from "../../workshop/stage/managed-app.ts";
import { connectPm2, type Pm2 } from "../../workshop/stage/pm2.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import { startRedis, type PrivateRedis } from "../../workshop/stage/redis.ts";
import { openRun } from "../../workshop/stage/run.ts";
import { eventually } from "../../workshop/stage/until.ts";
import { Clients } from "./clients.ts";
import { onePerWorker, textsOf, type Member } from "./crowd.ts";

/** Of an app. Two must find each other as four must, and come up in half the time. */
export const WORKERS = 2;

/** How many apps come up at the same time: each has its time for that, on two cores. */
const STARTS = 2;

/** How many rounds may be on their way while the next is said. */
const LATEST = 50;

/** Where solutions meet the faults that are too slow for a learner's check: pm2 without a browser. */
export interface Arena extends AsyncDisposable {
  pm2: Pm2;
  /** Starts a Redis of its own. */
  redis: () => Promise<PrivateRedis>;
  /** Starts the solution of a step on this Redis, which may be away, with so many workers. */
  play: (step: Step, redisUrl: string, workers?: number) => Promise<Playing>;
}

/** A solution that runs. */
export interface Playing extends AsyncDisposable {
  app: App;
  clients: Clients;
}

/** One process talks to one daemon only: a file of tests has one arena. */
export async function openArena(): Promise<Arena> {
  const run = await openRun();
  const pm2 = await connectPm2(await startDaemon(run));
  // In the clone, two levels deep: the imports of a solution lead out of its folder.
  const copies = mkdtempSync(join(root, ".scratch-arena-"));
  const gate = new Gate(STARTS);
  let count = 0;
  const next = (what: string) => `${what}-${(count += 1)}`;
  return {
    pm2,
    redis: () => startRedis(run, next("redis")),
    async play(step, redisUrl, workers = WORKERS) {
      using _ = await gate.enter();
      const app = await startManagedApp({
        run,
        pm2,
        dir: copyOf(step, join(copies, next(step.slug)), workers),
        name: next(step.slug),
        port: await freePort(),
        redis: { url: redisUrl, prefix: "arena" },
      });
      const clients = new Clients(app.url);
      return {
        app,
        clients,
        async [Symbol.asyncDispose]() {
          await clients[Symbol.asyncDispose]();
          await app[Symbol.asyncDispose]();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await pm2[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
      rmSync(copies, { recursive: true, force: true });
    },
  };
}

/** Lets so many in at the same time; the others wait for their turn. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  async enter(): Promise<Disposable> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return {
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift();
        if (next) next();
        else this.#free += 1;
      },
    };
  }
}

/** The solution of a step, with so many workers. */
function copyOf(step: Step, dir: string, workers: number): string {
  cpSync(folderOf(step, "solution"), dir, { recursive: true });
  const file = join(dir, ECOSYSTEM);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/instances: \d+/, `instances: ${workers}`));
  return dir;
}

/** What has been said so far, and by whom. */
export interface Utterance {
  text: string;
  sender: Member;
}

/** Each of these says one thing; gives what they said. @throws NotYet when one is not answered. */
export async function eachSays(members: readonly Member[], about: string): Promise<Utterance[]> {
  return Promise.all(
    members.map(async (sender, number) => {
      const text = `${about}, by ${number}`;
      await sender.say(text);
      return { text, sender };
    }),
  );
}

/** Who has not heard what, or more often than once: `2 × "…" at worker 1`. Empty when all is well. */
export function notHeardOnce(
  members: readonly Member[],
  said: readonly Utterance[],
  listens: (member: Member, sender: Member) => boolean = () => true,
): string[] {
  return members.flatMap((member) => {
    const heard = new Map<unknown, number>();
    for (const text of textsOf(member)) heard.set(text, (heard.get(text) ?? 0) + 1);
    return said
      .filter(({ sender }) => listens(member, sender))
      .map(({ text }) => ({ text, times: heard.get(text) ?? 0 }))
      .filter(({ times }) => times !== 1)
      .map(({ text, times }) => `${times} × "${text}" at worker ${member.worker.instance}`);
  });
}

/** What somebody has heard more than once. */
export function heardTwice(members: readonly Member[]): unknown[] {
  return members.flatMap((member) => {
    const heard = new Set<unknown>();
    return textsOf(member).filter((text) => heard.size === heard.add(text).size);
  });
}

/** Whether both are connected to the same worker. */
export function sameWorker(one: Member, other: Member): boolean {
  return one.worker.pid === other.worker.pid;
}

/** Says things until each has heard all of one round. False when that does not come to be in time. */
export async function joinedWithin(members: readonly Member[], ms: number): Promise<boolean> {
  const rounds: Utterance[][] = [];
  const joined = await eventually(
    async () => {
      rounds.push(await eachSays(onePerWorker(members), `round ${rounds.length}`));
      return rounds.slice(-LATEST).some((said) => notHeardOnce(members, said).length === 0);
    },
    (yes) => yes,
    ms,
  );
  return joined === true;
}
