import { describe, expect, test } from "vitest";
import { PRELOAD, place, type Placement } from "./ecosystem.ts";

const CHAT = { name: "chat", script: "server.ts" };
const redis = { url: "redis://:pw@127.0.0.1:7000", prefix: "check" };
const placement: Placement = {
  dir: "/clone/work/05-pubsub-by-hand",
  name: "05-4000",
  port: 4000,
  base: { PATH: "/usr/bin", REDIS_URL: "redis://mine:6379" },
};

describe("an app that is placed with a Redis", () => {
  test("finds its address and prefix in its environment, whatever else stands there", () => {
    const own = { ...CHAT, env: { REDIS_URL: "redis://elsewhere", REDIS_PREFIX: "own" } };

    expect(place(own, { ...placement, redis }).env).toEqual({
      PATH: "/usr/bin",
      PORT: "4000",
      REDIS_URL: redis.url,
      REDIS_PREFIX: "check",
    });
  });

  test("has no address on a command line, where everybody could read it", () => {
    const { env: _, ...rest } = place(CHAT, { ...placement, redis });

    expect(JSON.stringify(rest)).not.toContain("127.0.0.1:7000");
  });
});

describe("an app that is placed without one", () => {
  test("finds the address that stands in its surroundings, or that its author has written", () => {
    const own = { ...CHAT, env: { REDIS_URL: "redis://elsewhere" } };

    expect(place(CHAT, placement).env).toMatchObject({ REDIS_URL: "redis://mine:6379" });
    expect(place(own, placement).env).toMatchObject({ REDIS_URL: "redis://elsewhere" });
    expect(place(CHAT, placement).env).not.toHaveProperty("REDIS_PREFIX");
  });
});

test("further modules are loaded after the trace, and after what the author loads", () => {
  const preload = ["file:///one.mjs", "file:///with%20space.mjs"];
  const own = { ...CHAT, node_args: ["--import", "tsx"] };

  expect(place(own, { ...placement, preload }).node_args).toEqual(
    ["tsx", PRELOAD, ...preload].flatMap((module) => ["--import", module]),
  );
});
