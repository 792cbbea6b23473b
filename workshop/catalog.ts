import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MachineProblem } from "./problems.ts";

/** The folder of the clone. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");

/** The workshop's own notes, not in git. Tests keep theirs elsewhere. */
export const NOTES = process.env.WORKSHOP_NOTES ?? join(root, ".workshop");

export interface Step {
  number: number;
  /** Folder name below `steps`, `solutions` and `work`: `03-cluster`. */
  slug: string;
  title: string;
  /** One line on what the learner is about to see. */
  about: string;
  /** The files that the learner edits, in the order of the README. */
  edit: string[];
  /** Files that the learner makes, or that have no place for a region (JSON). */
  whole: string[];
  /**
   * Files that are new here or that come with more than the solution before had; the README says
   * what is new in them.
   */
  brings: string[];
  /** `node`: one plain process. `pm2`: whatever the learner's ecosystem file says. */
  runs: "node" | "pm2";
  /** How many workers the finished app has, on each host. */
  workers: number;
  /** On how many hosts it runs, each with a pm2 of its own. */
  hosts: number;
  /** What runs beside the app. The address of Redis comes in its environment; nginx is in front. */
  services: readonly ("redis" | "nginx")[];
  /** The oldest Redis that will do, where it is newer than what the others need. */
  oldestRedis?: string;
  /** Files of the solution before from which this step takes something away; its README says what. */
  drops: readonly string[];
}

export const steps: readonly Step[] = [
  {
    number: 1,
    slug: "01-one-process",
    title: "One process",
    about: "Socket.IO is an HTTP handshake, then a session, then events.",
    edit: ["server.ts"],
    whole: [],
    brings: [],
    runs: "node",
    workers: 1,
    hosts: 1,
    services: [],
    drops: [],
  },
  {
    number: 2,
    slug: "02-keep-it-alive",
    title: "Keep it alive",
    about: "pm2 keeps one process alive when it crashes and when you log out.",
    edit: ["ecosystem.config.cjs", "server.ts"],
    whole: [],
    brings: ["ecosystem.config.cjs", "server.ts"],
    runs: "pm2",
    workers: 1,
    hosts: 1,
    services: [],
    drops: [],
  },
  {
    number: 3,
    slug: "03-cluster",
    title: "Cluster it, and watch it break",
    about: "Four workers share a port, and a session belongs to one of them.",
    edit: ["ecosystem.config.cjs", "findings.json"],
    whole: ["findings.json"],
    brings: ["findings.json", "forty-clients.ts"],
    runs: "pm2",
    workers: 4,
    hosts: 1,
    services: [],
    drops: [],
  },
  {
    number: 4,
    slug: "04-websocket-only",
    title: "WebSocket only",
    about: "One connection cannot be torn apart; but now the room is split in four.",
    edit: ["server.ts", "public/client-options.js"],
    whole: [],
    brings: ["server.ts", "public/client-options.js"],
    runs: "pm2",
    workers: 4,
    hosts: 1,
    services: [],
    drops: [],
  },
  {
    number: 5,
    slug: "05-pubsub-by-hand",
    title: "Pub/sub by hand",
    about: "Redis carries a message from the worker that has it to those that need it.",
    edit: ["redis.ts", "server.ts"],
    whole: [],
    brings: ["news.ts", "redis.ts", "server.ts"],
    runs: "pm2",
    workers: 4,
    hosts: 1,
    services: ["redis"],
    drops: [],
  },
  {
    number: 6,
    slug: "06-redis-adapter",
    title: "The Redis adapter",
    about: "The adapter does that for rooms, acks and presence; it does not mend the handshake.",
    edit: ["server.ts"],
    whole: [],
    brings: ["server.ts", "tolerant.ts"],
    runs: "pm2",
    workers: 4,
    hosts: 1,
    services: ["redis"],
    drops: ["news.ts", "server.ts"],
  },
  {
    number: 7,
    slug: "07-share-the-handshake",
    title: "Share the handshake",
    about: "A handshake can be shared over Redis pub/sub, too: any worker, any transport.",
    edit: ["relay.ts"],
    whole: [],
    brings: [
      "bus.ts",
      "frame.ts",
      "public/client-options.js",
      "relay.ts",
      "server.ts",
      "tunnel.ts",
      "tunnels.ts",
    ],
    runs: "pm2",
    workers: 4,
    hosts: 1,
    services: ["redis"],
    drops: ["public/client-options.js", "server.ts"],
  },
  {
    number: 8,
    slug: "08-under-fire",
    title: "Under fire",
    about: "Pub/sub forgets, a stream remembers: crash, reload, Redis gone, and nothing is lost.",
    edit: ["history.ts", "tail.ts", "server.ts", "catch-up.ts", "public/client-options.js"],
    whole: [],
    brings: [
      "catch-up.ts",
      "history.ts",
      "input.ts",
      "public/client-options.js",
      "redis.ts",
      "server.ts",
      "tail.ts",
    ],
    runs: "pm2",
    workers: 4,
    hosts: 1,
    services: ["redis"],
    drops: ["public/client-options.js", "redis.ts", "server.ts"],
  },
  {
    number: 9,
    slug: "09-many-machines",
    title: "Many machines",
    about:
      "The same design behind a load balancer, on several hosts; and what sticky sessions buy.",
    edit: ["nginx.conf", "server.ts"],
    whole: [],
    brings: ["address.ts", "ecosystem.config.cjs", "nginx.conf", "server.ts", "tolerant.ts"],
    runs: "pm2",
    workers: 2,
    hosts: 2,
    services: ["redis", "nginx"],
    // Sharded channels: SSUBSCRIBE, SPUBLISH.
    oldestRedis: "7.0",
    drops: ["ecosystem.config.cjs", "server.ts", "tolerant.ts"],
  },
];

/** Where a step's code is taken from: the learner's copy, the starter or the solution. */
export type Source = "work" | "starter" | "solution";

const folders: Record<Source, string> = {
  // Tests must not meet what somebody is learning in. A folder of the clone, like the others.
  work: process.env.WORKSHOP_WORK ?? "work",
  starter: "steps",
  solution: "solutions",
};

/** The absolute path of a step's folder. It need not exist. */
export function folderOf(step: Step, source: Source): string {
  return join(root, folders[source], step.slug);
}

/**
 * The path of a step's folder that belongs to the clone.
 *
 * @throws MachineProblem when somebody has deleted it.
 */
export function folderInGit(step: Step, source: Exclude<Source, "work">): string {
  const folder = folderOf(step, source);
  if (existsSync(folder)) return folder;
  const path = `${folders[source]}/${step.slug}`;
  throw new MachineProblem(`The folder ${path} is missing.`, `git checkout -- ${path}`);
}

/** Where a person expects to find the app; while it is taken, a session uses the next free port. */
export const APP_PORT = 3000;
/** The hosts of an app that has several, and where each listens by what is written in nginx.conf. */
export const HOSTS: readonly { name: string; port: number }[] = [
  { name: "a", port: 3001 },
  { name: "b", port: 3002 },
];
/**
 * What the app adds to the names of its channels and keys. On a Redis of the workshop's own any
 * will do.
 */
export const REDIS_PREFIX = "chat";
/** The file that says how pm2 runs a step. */
export const ECOSYSTEM = "ecosystem.config.cjs";
/** The file that says how nginx shares requests out among the hosts. */
export const NGINX_CONF = "nginx.conf";
/** The file that every step's app starts from. */
export const SERVER = "server.ts";
