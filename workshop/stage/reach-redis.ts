import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import type { Step } from "../catalog.ts";
import { MachineProblem } from "../problems.ts";
import { isAtLeast } from "../version.ts";

/** How long a server may take to answer, in ms. */
const ANSWER_WITHIN = 5_000;

/**
 * Asks a Redis for its version; `undefined` when it does not tell it to us.
 *
 * @param whose whether `REDIS_URL` names it, or the workshop has started it itself
 * @throws MachineProblem when it cannot be reached or refuses us, with the reason. No password is
 * shown.
 */
export async function reachRedis(
  address: string,
  whose: "named" | "own" = "named",
): Promise<string | undefined> {
  const client = clientOf(address);
  // Some errors come as a rejection of what is awaited, some only by the event.
  const failed = new Promise<never>((_, reject) => client.on("error", reject));
  failed.catch(() => {});
  const late = sleep(ANSWER_WITHIN, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${ANSWER_WITHIN / 1000} s`);
  });
  try {
    await Promise.race([client.connect(), failed, late]);
    await Promise.race([client.ping(), failed, late]);
    const info = await Promise.race([client.info("server").catch(() => ""), failed, late]);
    // Valkey tells the version of Redis that it is compatible with, too.
    const [, version] =
      /^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info) ?? [];
    return version;
  } catch (error) {
    throw whose === "own" ? ownIsGone(address, error) : unreachable(address, error);
  } finally {
    late.catch(() => {});
    client.destroy();
  }
}

/**
 * Looks whether a Redis is new enough for a step. One that does not tell its version is taken.
 *
 * @throws MachineProblem when it is not.
 */
export function requireRedis(
  { number, oldestRedis }: Pick<Step, "number" | "oldestRedis">,
  version: string | undefined,
  isNamed = false,
): void {
  if (!oldestRedis || version === undefined || isAtLeast(version, oldestRedis)) return;
  throw new MachineProblem(
    `Redis is ${version}; step ${number} needs ${oldestRedis} or newer.`,
    isNamed
      ? "Unset REDIS_URL, or name a newer one."
      : "Install a newer one, or set REDIS_SERVER_PATH to one.",
  );
}

/** @throws MachineProblem when it is no address. */
function clientOf(address: string): ReturnType<typeof createClient> {
  try {
    if (!/^rediss?:\/\//i.test(address)) throw new Error("It has another scheme.");
    return createClient({
      url: address,
      socket: { reconnectStrategy: false, connectTimeout: ANSWER_WITHIN },
    });
  } catch {
    throw new MachineProblem(
      "REDIS_URL is no address of a Redis.",
      "It looks like redis://user:password@host:6379/0, or rediss:// for TLS; a % in a password is written %25.",
    );
  }
}

/** The same address as far as everybody may read it. */
export function withoutPassword(address: string): string {
  const { protocol, username, password, host, pathname } = new URL(address);
  const user = username || password ? `${username}${password ? ":…" : ""}@` : "";
  return `${protocol}//${user}${host}${pathname}`;
}

function ownIsGone(address: string, error: unknown): MachineProblem {
  return new MachineProblem(
    `The workshop has started a Redis at ${address}, which cannot be used: ${reasonOf(error)}`,
    "Run it again: it starts another one.",
  );
}

function unreachable(address: string, error: unknown): MachineProblem {
  const reason = reasonOf(error);
  const where = withoutPassword(address);
  if (/WRONGPASS|NOAUTH|invalid password|NOPERM/i.test(reason)) {
    return new MachineProblem(
      `The Redis at ${where} refuses what REDIS_URL says of user and password: ${reason}`,
      "Correct REDIS_URL, or unset it: then the workshop starts a Redis of its own.",
    );
  }
  return new MachineProblem(
    `REDIS_URL names ${where}, which cannot be used: ${reason}`,
    "Start it or correct REDIS_URL; or unset it: then the workshop starts a Redis of its own.",
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || codeOf(error) : String(error);
}

function codeOf(error: Error): string {
  if ("errors" in error && Array.isArray(error.errors)) return String(error.errors[0]?.message);
  return "code" in error ? String(error.code) : error.name;
}
