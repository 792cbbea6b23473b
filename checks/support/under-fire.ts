import { setTimeout as sleep } from "node:timers/promises";
import type { FurtherApp } from "./check.ts";
import { keptIds } from "./kept.ts";
import { Traffic } from "./traffic.ts";

/**
 * The ping interval, and the ping timeout, of an app under fire, in ms. What was handed to a worker that
 * froze, or in the moment of its death, nobody answers: only the pings tell.
 */
export const PING = 1_000;
export const UNDER_FIRE = {
  env: { PING_INTERVAL: String(PING), PING_TIMEOUT: String(PING) },
  quiet: true,
};
/** How long they talk before something breaks, in ms. */
const BEFORE = 1_000;

/**
 * Twenty people in the middle of a conversation.
 *
 * @param join called before it begins, for whoever else is to hear it
 */
export async function talkOn(
  { app, redis }: Pick<FurtherApp, "app" | "redis">,
  join: (traffic: Traffic) => Promise<void> = async () => {},
): Promise<Traffic> {
  const traffic = new Traffic(app, () => keptIds(redis));
  try {
    await join(traffic);
    await traffic.begin();
    await sleep(BEFORE);
    return traffic;
  } catch (error) {
    traffic[Symbol.dispose]();
    throw error;
  }
}
