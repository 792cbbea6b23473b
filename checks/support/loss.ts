import type { App } from "../../workshop/stage/app.ts";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { eventually } from "../../workshop/stage/until.ts";
import { Gathering } from "./gathering.ts";
import { mustBeTold, onTail } from "./history-seen.ts";
import { hurryReaders } from "./kept.ts";
import { must } from "./must.ts";

/** How often each tail looks again, in a room in which nobody says anything. */
const ROUNDS = 5;
/** How long that may take, in ms; measured: 500. By themselves they would take 2 s for each. */
const ROUNDS_WITHIN = 5_000;
/** For how long it is looked whether somebody is told once more, in ms. */
const AGAIN_WITHIN = 300;
/** Once for the loss, and once more for a connection that has broken meanwhile. */
const MOST = 2;

/**
 * Redis comes back without its data, and nobody says anything: all are told that something may be lost,
 * and not again and again.
 *
 * @throws NotYet
 */
export async function mustBeToldOfLoss(
  app: App,
  redis: PrivateRedis,
  workers: number,
): Promise<string> {
  using gathering = await Gathering.of(app, workers);
  const { people } = gathering;
  await redis.kill();
  await redis.start({ empty: true });
  await passRounds(redis, workers);
  await mustBeTold(people, "everybody to be told that something may be lost", {
    look: onTail,
    hint: "After each break a worker makes sure that the stream still holds the entry at its cursor.",
  });
  const most = () => Math.max(...people.map(({ missed }) => missed.length));
  const again = await eventually(most, (count) => count > MOST, AGAIN_WITHIN);
  must(again === undefined, {
    expected: "everybody to be told once that something may be lost",
    seen: "that in a quiet room somebody is told again after each XREAD",
    look: onTail,
    hint: "What was at the cursor is gone for ever. Where nothing comes after it, either, the worker goes on from the newest() entry: that one is there at the next look.",
  });
  return "in a quiet room all were told of the loss, and once";
}

/** Lets each worker wait for news so many times, in vain. */
async function passRounds(redis: PrivateRedis, workers: number): Promise<void> {
  const rounds = new Map<number, number>();
  await eventually(
    async () => {
      for (const id of await hurryReaders(redis)) rounds.set(id, (rounds.get(id) ?? 0) + 1);
      return [...rounds.values()].filter((count) => count >= ROUNDS).length >= workers;
    },
    Boolean,
    ROUNDS_WITHIN,
  );
}
