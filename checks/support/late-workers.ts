import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../../workshop/stage/app.ts";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { eventually, until } from "../../workshop/stage/until.ts";
import { Gathering, mustBeAcknowledged, mustBeGreeted } from "./gathering.ts";
import { addCopy, onCatchUp } from "./history-seen.ts";
import { cutReaders, readStream } from "./kept.ts";
import { must } from "./must.ts";
import { Participant } from "./participant.ts";

/** How many come back at once: some to each worker. */
const COMERS = 8;
/** After what time readers are cut again, in ms: they come back by themselves. */
const CUT_AGAIN = 30;
/** How long a message may take to everybody, in ms; measured: 3. */
const HEARD_WITHIN = 5_000;

/**
 * Who comes back to a worker that is behind the one it comes from, must not hear again what it knows.
 * To see that, all workers are kept from reading on, and somebody comes who knows the newest entry.
 *
 * @throws NotYet
 */
export async function mustBearLateWorkers(app: App, redis: PrivateRedis): Promise<string> {
  using gathering = await Gathering.of(app, 1);
  const [first] = gathering.people;
  if (!first) throw new Error("unreachable: one has come");
  const id = await mustBeAcknowledged(first, "copy this");
  const stream = await readStream(redis);
  const entry = stream?.entries.find(({ message }) => Object.values(message).join().includes(id));
  if (!stream || !entry)
    throw new Error("unreachable: what is acknowledged is kept, as was checked");

  const comers: Participant[] = [];
  try {
    await cutReaders(redis);
    const { copy, offset } = await addCopy(redis, stream.key, entry.message, id);
    for (let at = 0; at < COMERS; at += 1) {
      const comer = new Participant(app.url, `comer ${at}`, ["websocket"]);
      comer.offset = offset;
      comers.push(comer);
    }
    const isHere = () => comers.every(({ instance }) => instance !== undefined);
    await eventually(
      async () => {
        await cutReaders(redis);
        await sleep(CUT_AGAIN);
        return isHere();
      },
      Boolean,
      HEARD_WITHIN,
    );
    for (const comer of comers) {
      await mustBeGreeted(comer);
      // Who hears what it says has entered its room.
      const fence = await mustBeAcknowledged(comer);
      await until(() => comer.heard.some((said) => said?.id === fence), Boolean, {
        within: HEARD_WITHIN,
        otherwise: () => ({
          expected: "who comes back to a worker that is behind to hear what is said from then on",
          seen: "that it does not hear what it says itself",
          look: onCatchUp,
          hint: "While its worker is behind it waits, until the tail moves(); then it looks again.",
        }),
      });
      must(!comer.heard.some((said) => said?.id === copy), {
        expected: "who comes back to a worker that is behind not to hear again what it knows",
        seen: "one that hears the message whose offset it has come with",
        look: onCatchUp,
        hint: "It was at a worker that is ahead of this one. Who enters now hears from the tail what it knows already. It enters where it has come to the cursor, and no earlier; where the cursor isBefore() its offset, it waits until the tail moves().",
      });
    }
  } finally {
    for (const comer of comers) comer[Symbol.dispose]();
  }
  return `${COMERS} came back while all workers were behind: they heard nothing again`;
}
