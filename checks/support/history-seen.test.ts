import { expect, test } from "vitest";
import { cancellable } from "../../workshop/stage/until.ts";
import { freePort } from "../../workshop/stage/ports.ts";
import type { PrivateRedis } from "../../workshop/stage/redis.ts";
import { mustNotPromise } from "./history-seen.ts";
import { Participant } from "./participant.ts";

/** A Redis of which is known only whether it is frozen. */
function makeRedis() {
  let isFrozen = false;
  const redis: PrivateRedis = {
    url: "redis://127.0.0.1:1",
    isThere: () => true,
    kill: async () => {},
    pause: () => (isFrozen = true),
    resume: () => (isFrozen = false),
    start: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return { redis, isFrozen: () => isFrozen };
}

test("a check that ends in the middle leaves no frozen Redis behind", async () => {
  const { redis, isFrozen } = makeRedis();
  using nobody = new Participant(`http://127.0.0.1:${await freePort()}`, "nobody", ["websocket"]);
  const ending = AbortSignal.abort(new Error("the machine was too busy"));

  const check = cancellable(ending, () => mustNotPromise(redis, nobody));

  await expect(check).rejects.toThrow("too busy");
  expect(isFrozen()).toBe(false);
});
