import { setTimeout as sleep } from "node:timers/promises";
import { SERVER } from "../../workshop/catalog.ts";
import { Inconclusive } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import type { Worker } from "../../workshop/stage/pm2.ts";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { until } from "../../workshop/stage/until.ts";
import { must } from "./must.ts";
import type { Participant } from "./participant.ts";

/** How long it may take until a client whose connection has broken is there again, in ms. */
const BACK_WITHIN = 8_000;

/** How long pm2 may take to start a worker again, in ms; measured: 500. */
const STARTED_WITHIN = 15_000;

/** How long what is done may keep a worker held up, in ms: it may be that worker that it waits for. */
const DONE_WITHIN = 1_000;
/** For how long a worker is held up besides, in ms. */
const HELD_UP_FOR = 50;

/** Kills a worker outright, and waits until pm2 has started another in its place, and that listens. */
export async function killed(app: App, { pid }: Pick<Worker, "pid">): Promise<void> {
  const { length } = await app.workers();
  process.kill(pid, "SIGKILL");
  await until(
    () => app.workers(),
    (now) => now.length === length && now.every((one) => isUp(app, one) && one.pid !== pid),
    {
      within: STARTED_WITHIN,
      otherwise: () =>
        new Inconclusive(
          `pm2 has not started a killed worker again within ${STARTED_WITHIN / 1000} s`,
        ),
    },
  );
}

/** Not all that pm2 calls online listens already. */
function isUp({ trace }: App, { pid, state }: Worker): boolean {
  const listens = trace.events.some((one) => one.kind === "listening" && one.worker.pid === pid);
  return state === "online" && listens;
}

/** Freezes the worker of somebody (SIGSTOP) while something is done. */
export async function frozen(
  app: App,
  { instance }: { instance: number | undefined },
  act: () => Promise<unknown>,
): Promise<void> {
  const worker = (await app.workers()).find((one) => one.instance === instance);
  if (!worker) throw new Error(`The app has no worker ${instance}.`);
  process.kill(worker.pid, "SIGSTOP");
  try {
    await act();
  } finally {
    process.kill(worker.pid, "SIGCONT");
  }
}

/** Freezes Redis (SIGSTOP) while something is done. */
export async function frozenRedis<T>(redis: PrivateRedis, act: () => Promise<T>): Promise<T> {
  redis.pause();
  try {
    return await act();
  } finally {
    redis.resume();
  }
}

/**
 * Holds up a worker while something is done, and for a moment longer, as a busy machine may. What needs
 * that worker comes about once it goes on.
 */
export async function heldUp<T>(
  app: App,
  worker: { instance: number | undefined },
  act: () => Promise<T>,
): Promise<T> {
  let acting: Promise<T> | undefined;
  await frozen(app, worker, async () => {
    acting = act();
    await Promise.race([acting.catch(() => {}), sleep(DONE_WITHIN)]);
    await sleep(HELD_UP_FOR);
  });
  if (!acting) throw new Error("unreachable: it was begun");
  return acting;
}

/** Breaks somebody's connection, and waits until it is there again. @throws NotYet */
export async function breakAway({ socket, transports }: Participant): Promise<void> {
  const back = new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.io.engine.close();
  await Promise.race([back, sleep(BACK_WITHIN)]);
  must(socket.connected, {
    expected: "a client whose connection has broken to connect again",
    seen: `that one on ${transports.join(" and ")} does not within ${BACK_WITHIN / 1000} s`,
    look: { file: SERVER },
  });
}
