import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../catalog.ts";
import { runCommand } from "../doctor/command.ts";
import { versionIn } from "../doctor/requirements.ts";
import { readSystem } from "../doctor/system.ts";
import { findChromium } from "../stage/browser.ts";
import { findNginx } from "../stage/find-nginx.ts";
import { findRedisServer } from "../stage/find-redis.ts";

/** On what the matrix was run. */
export interface Machine {
  system: string;
  cpu: string;
  cores: number;
  /** In bytes. */
  memory: number;
  /** Of what the matrix stands on; `none` for what is not there. */
  versions: Record<string, string>;
}

/** The state of the clone. */
export interface Commit {
  /** Short hash; `unknown` where there is no git. */
  hash: string;
  /** How many files differ from it. */
  changed: number;
}

/** Describes this machine, asking programs for their versions. */
export async function describeMachine(): Promise<Machine> {
  const { platform, distro, kernel } = readSystem();
  const limit = process.constrainedMemory();
  const [redis, nginx, chromium] = await Promise.all([
    versionOf(findRedisServer, "--version"),
    versionOf(findNginx, "-v"),
    versionOf(findChromium, "--version"),
  ]);
  return {
    system: distro ? `${distro.name}, ${platform} ${kernel}` : `${platform} ${kernel}`,
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memory: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    versions: {
      node: process.versions.node,
      pm2: installed("pm2"),
      "socket.io": installed("socket.io"),
      redis: installed("redis"),
      "redis-server": redis,
      nginx,
      chromium,
    },
  };
}

/** The version of a package of the clone. */
export function installed(name: string): string {
  return String(
    JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version,
  );
}

async function versionOf(find: () => string | Promise<string>, option: string): Promise<string> {
  try {
    const { output } = await runCommand([await find(), option], { within: 10_000 });
    return versionIn(output) || "unknown";
  } catch {
    return "none";
  }
}

/** Which commit the clone is at. */
export function describeCommit(): Commit {
  try {
    const git = (...words: string[]) =>
      execFileSync("git", words, {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    return {
      hash: git("rev-parse", "--short", "HEAD").trim(),
      changed: git("status", "--porcelain").split("\n").filter(Boolean).length,
    };
  } catch {
    return { hash: "unknown", changed: 0 };
  }
}
