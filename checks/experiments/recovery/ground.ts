import { fileURLToPath } from "node:url";
import { createClient } from "redis";
import type { App } from "../../../workshop/stage/app.ts";
import { startManagedApp } from "../../../workshop/stage/managed-app.ts";
import type { Pm2 } from "../../../workshop/stage/pm2.ts";
import { freePort } from "../../../workshop/stage/ports.ts";
import { startRedis, type PrivateRedis } from "../../../workshop/stage/redis.ts";
import type { Run } from "../../../workshop/stage/run.ts";
import { until } from "../../../workshop/stage/until.ts";
import { Person, WITHIN } from "./person.ts";

/** The app of the experiment, two workers on a Redis of their own. */
export interface Ground extends AsyncDisposable {
  app: App;
  redis: PrivateRedis;
  /** Brings three people: the first two share a worker, the third has the other. */
  gather: () => Promise<Trio>;
  /** Waits until the session of somebody whose connection broke lies in Redis. */
  keeps: (person: Person) => Promise<void>;
  /** Waits until so many sessions have lain there for too long. */
  forgets: (sessions: number) => Promise<void>;
}

export interface Trio extends Disposable {
  anna: Person;
  neighbour: Person;
  ben: Person;
}

/** Starts it. @param name of the app for pm2, one for each */
export async function openGround(
  { run, pm2 }: { run: Run; pm2: Pm2 },
  name: string,
  env: Record<string, string> = {},
): Promise<Ground> {
  const redis = await startRedis(run, `redis-${name}`);
  const app = await startManagedApp({
    run: { ...run, env: { ...run.env, REDIS_URL: redis.url } },
    dir: fileURLToPath(new URL(".", import.meta.url)),
    name,
    port: await freePort(),
    pm2,
    env,
  });
  const db = createClient({ url: redis.url });
  db.on("error", () => {});
  await db.connect();
  return {
    app,
    redis,
    gather: () => gather(app.url),
    async keeps({ socket }) {
      // Its name is private to the client: whoever knows it can take the session over.
      const key = `sio:session:${Reflect.get(socket, "_pid")}`;
      await until(
        () => db.exists(key),
        (count) => count === 1,
        { within: WITHIN, otherwise: () => new Error(`there is no ${key} in Redis`) },
      );
    },
    async forgets(sessions) {
      await until(
        async () => Number(/^expired_keys:(\d+)/m.exec(await db.info("stats"))?.[1]),
        (count) => count >= sessions,
        { within: WITHIN, otherwise: (count) => new Error(`${count} sessions have expired`) },
      );
    },
    async [Symbol.asyncDispose]() {
      db.destroy();
      await app[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** Round robin gives the next connection to the other worker, if that is there already. */
async function gather(url: string): Promise<Trio> {
  const come = (isWanted: (person: Person) => boolean) => {
    const isThere = (person: Person) => person.worker > 0 && isWanted(person);
    return until(
      async () => {
        const person = new Person(url);
        await person.comes().finally(() => isThere(person) || person[Symbol.dispose]());
        return person;
      },
      isThere,
      { within: WITHIN, otherwise: () => new Error("round robin gives only one worker") },
    );
  };
  const anna = await come(() => true);
  const neighbour = await come(({ worker }) => worker === anna.worker);
  const ben = await come(({ worker }) => worker !== anna.worker);
  return {
    anna,
    neighbour,
    ben,
    [Symbol.dispose]() {
      for (const person of [anna, neighbour, ben]) person[Symbol.dispose]();
    },
  };
}
