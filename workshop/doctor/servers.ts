import { steps, type Step } from "../catalog.ts";
import { MachineProblem } from "../problems.ts";
import { findNginx } from "../stage/find-nginx.ts";
import { findRedisServer } from "../stage/find-redis.ts";
import { lastLines, runCommand } from "./command.ts";
import { manual, nginxFixes, redisFixes, type Fix } from "./fix.ts";
import type { Requirement, Status } from "./report.ts";
import { isAtLeast } from "../version.ts";
import { versionIn } from "./requirements.ts";
import type { System } from "./system.ts";

/** Redis, or its fork: the workshop starts its own, so it need not be running. */
export const redis: Requirement = {
  name: "Redis",
  required: true,
  inspect: (system) => inspectRedis(system),
};

/** How it stands with the Redis server that `find` finds. */
export function inspectRedis(system: System, find = findRedisServer): Promise<Status> {
  return inspectServer({
    find,
    versionOption: "--version",
    // The `redis` package speaks RESP3, which no server before this understands.
    oldest: "6.0",
    fromStep: 5,
    later: steps.find(({ oldestRedis }) => oldestRedis),
    variable: "REDIS_SERVER_PATH",
    fixes: redisFixes(system),
  });
}

/** nginx: as with Redis, the workshop starts its own. */
export const nginx: Requirement = {
  name: "nginx",
  required: true,
  inspect: (system) => inspectNginx(system),
};

/** How it stands with the nginx that `find` finds. */
export function inspectNginx(system: System, find = findNginx): Promise<Status> {
  return inspectServer({
    find,
    versionOption: "-v",
    // It is told by `-e` where its log is before it has read a file; older ones do not know that.
    oldest: "1.19.5",
    fromStep: 9,
    variable: "NGINX_PATH",
    fixes: nginxFixes(system),
  });
}

interface Server {
  find: () => string;
  /** The option that makes it print its version. */
  versionOption: string;
  /** The oldest version that will do. */
  oldest: string;
  /** From which step on it is used. */
  fromStep: number;
  /** A step that needs a newer one. */
  later?: Pick<Step, "number" | "oldestRedis"> | undefined;
  /** The variable that can name one; while it does, no other is looked for. */
  variable: string;
  fixes: readonly Fix[];
}

async function inspectServer(server: Server): Promise<Status> {
  const { find, versionOption, oldest, fromStep, variable } = server;
  const fixes = process.env[variable] ? [manual(`correct or unset ${variable}`)] : server.fixes;
  let path: string;
  try {
    path = find();
  } catch (error) {
    if (!(error instanceof MachineProblem)) throw error;
    return { state: "unmet", detail: error.message, fixes };
  }
  const { ok, how, output } = await runCommand([path, versionOption], { within: 5_000 });
  if (!ok) {
    const reason = lastLines(output, 1)[0] ?? how;
    return { state: "unmet", detail: `${path} is there but does not run: ${reason}`, fixes };
  }
  const version = versionIn(output);
  if (isAtLeast(version, oldest)) {
    const later = server.later;
    const need = later?.oldestRedis;
    if (!need || isAtLeast(version, need)) return { state: "ok", detail: `${version}, ${path}` };
    const but = `It will do for all steps but ${later.number}, which needs ${need} or newer.`;
    return { state: "note", detail: `${version}, ${path}\n${but}` };
  }
  return {
    state: "unmet",
    detail: `${version}, ${path}; from step ${fromStep} on the workshop needs ${oldest} or newer`,
    // Another one would not be found before this one.
    fixes: [manual(`install a newer one, or set ${variable} to one`)],
  };
}
