import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { root } from "../../workshop/catalog.ts";
import { UsageProblem } from "../../workshop/problems.ts";
import type { Design } from "../cluster/designs.ts";

/** Ways to serve Socket.IO from several processes, and one that needs but one. */
export type Variant = "single" | "relay" | "reference" | "sticky" | "plain";

/** How a client connects: Socket.IO's default, long polling only, WebSocket first. */
export type Kind = "default" | "polling" | "websocket";

interface Description {
  title: string;
  /** What it is, for the legend below the table. */
  about: string;
  /** Which clients it can serve at all. */
  kinds: readonly Kind[];
  /** Whether a request for a session may be answered by way of another worker. */
  relays: boolean;
}

const ALL: readonly Kind[] = ["default", "polling", "websocket"];

export const variants: Readonly<Record<Variant, Description>> = {
  single: {
    title: "one process",
    about: "Socket.IO in one worker, with the Redis adapter",
    kinds: ALL,
    relays: false,
  },
  relay: {
    title: "relay",
    about: "solutions/07-share-the-handshake/relay.ts with the Redis adapter",
    kinds: ALL,
    relays: true,
  },
  reference: {
    title: "reference",
    about: "RedisEngine of @socket.io/cluster-engine with the Redis adapter",
    kinds: ALL,
    relays: true,
  },
  sticky: {
    title: "sticky",
    about: "@socket.io/sticky in a node:cluster primary, least-connection, with the Redis adapter",
    kinds: ALL,
    relays: false,
  },
  plain: {
    title: "plain",
    about: "WebSocket only, with the Redis adapter",
    kinds: ["websocket"],
    relays: false,
  },
};

/** How a cluster of that variant is served. */
export function designOf(variant: Variant): Design {
  return {
    handshake: variant === "single" || variant === "plain" ? "none" : variant,
    carrier: "adapter",
    transports: variant === "plain" ? ["websocket"] : ["polling", "websocket"],
  };
}

/** What the transports option of a client is for each kind. */
export const TRANSPORTS: Readonly<Record<Kind, string[]>> = {
  default: ["polling", "websocket"],
  polling: ["polling"],
  websocket: ["websocket", "polling"],
};

/**
 * Where the reference's module is: as given, or in this clone's node_modules; undefined when it is
 * in neither. It cannot be installed from the registry today, so it is never a dependency.
 *
 * @throws UsageProblem when there is nothing at the given path.
 */
export function findReference(given = process.env.BENCH_REFERENCE): string | undefined {
  const require = createRequire(import.meta.url);
  if (given) {
    const path = resolve(root, given);
    if (!existsSync(path)) throw new UsageProblem(`There is no reference at ${path}.`);
    return require.resolve(path);
  }
  try {
    return require.resolve("@socket.io/cluster-engine");
  } catch {
    return undefined;
  }
}
