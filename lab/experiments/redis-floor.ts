import { spawn } from "node:child_process";
import { startRedis } from "../../workshop/stage/redis.ts";
import type { Run } from "../../workshop/stage/run.ts";
import type { Found, Place } from "../frame/experiment.ts";

const PUBLISHES = 20_000;
/** The length of a message, in bytes. */
export const BYTES = 128;

/** What Redis does by itself. Nothing where there is no `redis-benchmark`. */
export async function measureRedis(run: Run, at: Place): Promise<Found[]> {
  await using redis = await startRedis(run, "redis-floor");
  const port = new URL(redis.url).port;
  const words = ["-p", port, "-n", String(PUBLISHES), "-c", "1", "--csv", "PUBLISH", "floor"];
  const said = await outputOf("redis-benchmark", [...words, "x".repeat(BYTES)]);
  const perSecond = /^"PUBLISH[^"]*","([\d.]+)"/m.exec(said)?.[1];
  return perSecond ? [{ measure: "publishes", at, samples: [Number(perSecond)] }] : [];
}

function outputOf(program: string, words: readonly string[]): Promise<string> {
  return new Promise((done) => {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    child.once("error", () => done(""));
    child.once("close", () => done(text));
  });
}
