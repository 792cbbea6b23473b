import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { join, relative } from "node:path";
import { root } from "../../workshop/catalog.ts";
import { findRedisServer } from "../../workshop/stage/find-redis.ts";

const PACKAGES = [
  "socket.io",
  "socket.io-client",
  "engine.io",
  "redis",
  "@socket.io/redis-adapter",
  "@socket.io/sticky",
];

/** On what something was measured. */
export interface Machine {
  system: string;
  cpu: string;
  cores: number;
  /** In bytes. */
  memory: number;
  /** Of the last minute: what else the machine has been doing. */
  load: number;
  versions: Record<string, string>;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    system: `${platform()} ${release()}`,
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memory: totalmem(),
    load: loadavg()[0] ?? NaN,
    versions: {
      node: process.version,
      "redis-server": redisVersion(),
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    },
  };
}

/** Keeps a result below lab/results, which git ignores, and says where. */
export function saveResult(lab: string, startedAt: Date, result: object, text: string): string {
  const folder = join(root, "lab", "results", lab, startedAt.toISOString().replaceAll(":", "-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "result.json"), `${JSON.stringify(result, null, 1)}\n`);
  writeFileSync(join(folder, "table.txt"), `${text}\n`);
  return relative(root, folder);
}

function redisVersion(): string {
  const said = execFileSync(findRedisServer(), ["--version"], { encoding: "utf8" });
  return /v=(\S+)/.exec(said)?.[1] ?? said.trim();
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  const paths = require.resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      return String(JSON.parse(readFileSync(join(path, name, "package.json"), "utf8")).version);
    } catch {
      // It is in another of these folders.
    }
  }
  return "unknown";
}
