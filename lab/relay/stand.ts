import type { Child } from "../cluster/child.ts";
import type { Cluster } from "./cluster.ts";
import type { Counter } from "./commands.ts";
import type { LoadAnswers } from "./load.ts";
import type { Held } from "./sockets.ts";
import { TRANSPORTS, variants, type Kind } from "./variants.ts";

/** Clients that are connected all the time, for acks per second and broadcasts. */
const CROWD = 20;
/** Of each kind, for round trips. */
const FEW = 3;
/** Messages with which these clients' workers are made warm. */
const WARM_UP = 600;
/** Round robin finds another worker soon; only a fault makes it need so many tries. */
const TRIES = 10;

export type Load = Child<LoadAnswers>;

/** A cluster with clients that stay connected to it. */
export interface Stand {
  cluster: Cluster;
  /** Of its own Redis, so that nobody else's commands are counted. */
  counter: Counter;
  /** Names of clients by kind; those of the default kind have upgraded at another worker's. */
  clients: Partial<Record<Kind, string[]>>;
  crowd: string[];
  /** Of the default kind's: 1 for each whose session is not where its connection is. */
  servedElsewhere: number[];
}

/** Whether requests for a session can meet another worker here at all. */
export function isRelayed({ variant, workers }: Cluster): boolean {
  return variants[variant].relays && workers > 1;
}

export async function openStand(load: Load, cluster: Cluster, counter: Counter): Promise<Stand> {
  const { url, variant } = cluster;
  const { kinds } = variants[variant];
  const stand: Stand = { cluster, counter, clients: {}, crowd: [], servedElsewhere: [] };
  for (const kind of kinds) {
    if (kind === "default" && isRelayed(cluster))
      Object.assign(stand, await holdForeign(load, cluster));
    else {
      const held = await load.ask("hold", { url, transports: TRANSPORTS[kind], count: FEW });
      stand.clients[kind] = held.map(({ client }) => client);
    }
  }
  for (const clients of [stand.clients.default, stand.clients.websocket]) {
    if (clients) await load.ask("roundTrips", { clients, count: WARM_UP });
  }
  const transports = TRANSPORTS[kinds[0] ?? "websocket"];
  const crowd = await load.ask("hold", { url, transports, count: CROWD });
  stand.crowd = crowd.map(({ client }) => client);
  return stand;
}

/** Clients whose upgrade met a worker that did not have their session. */
async function holdForeign(
  load: Load,
  cluster: Cluster,
): Promise<Pick<Stand, "clients" | "servedElsewhere">> {
  const found: { client: string; isElsewhere: boolean }[] = [];
  for (let tries = 0; found.length < FEW && tries < TRIES; tries += 1) {
    const held = await load.ask("hold", {
      url: cluster.url,
      transports: TRANSPORTS.default,
      count: FEW * 2,
    });
    const edges = await edgesOf(cluster);
    const foreign = held.flatMap(({ client, server }: Held) => {
      const edge = edges.get(client);
      return edge?.isForeign ? [{ client, isElsewhere: edge.pid !== server }] : [];
    });
    found.push(...foreign.slice(0, FEW - found.length));
    const kept = new Set(found.map(({ client }) => client));
    const others = held.map(({ client }) => client).filter((client) => !kept.has(client));
    await load.ask("release", { clients: others });
  }
  if (found.length === 0) throw new Error(`${cluster.variant}: no upgrade met another worker`);
  return {
    clients: { default: found.map(({ client }) => client) },
    servedElsewhere: found.map(({ isElsewhere }) => Number(isElsewhere)),
  };
}

/** Which process holds the upgraded connection of each client. */
async function edgesOf(cluster: Cluster) {
  const reports = await cluster.report();
  return new Map(
    reports.flatMap(({ pid, upgrades }) =>
      upgrades.map(({ client, isForeign }) => [client, { pid, isForeign }] as const),
    ),
  );
}
