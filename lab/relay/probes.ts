import type { Cluster } from "./cluster.ts";
import type { Tally } from "./commands.ts";
import type { Figure } from "./figures.ts";
import { isRelayed, type Load, type Stand } from "./stand.ts";
import { TRANSPORTS, variants, type Kind } from "./variants.ts";

/** How much is done in one round. */
export interface Sizes {
  connects: number;
  messages: number;
  pollingMessages: number;
  posts: number;
  broadcasts: number;
  /** For how long acknowledgements are counted, in ms. */
  flood: number;
  echoes: number;
}

/** What Redis does while nothing is asked of it, per ms. */
export type IdleRates = Pick<Tally, "commands" | "publishes" | "bytesOut">;

export interface Situation {
  load: Load;
  stand: Stand;
  sizes: Sizes;
  idle: IdleRates;
}

/** New samples, by figure. */
export type Found = Partial<Record<Figure, number[]>>;

/** A probe measures one thing in one cluster, and gives nothing where it does not apply. */
export type Probe = (situation: Situation) => Promise<Found>;

const KINDS: readonly Kind[] = ["default", "polling", "websocket"];

/** All of them, in the order in which they are taken. */
export const probes: readonly Probe[] = [
  ...KINDS.map((kind) => probeOf(kind, connecting)),
  ...KINDS.map((kind) => probeOf(kind, messaging)),
  posting,
  refusing,
  flooding,
  broadcasting,
];

function probeOf(kind: Kind, probe: (kind: Kind, situation: Situation) => Promise<Found>): Probe {
  return async (situation) =>
    variants[situation.stand.cluster.variant].kinds.includes(kind) ? probe(kind, situation) : {};
}

async function connecting(kind: Kind, situation: Situation): Promise<Found> {
  const { load, stand, sizes } = situation;
  const count = sizes.connects;
  const [attempts, cost] = await costOf(situation, count, () =>
    load.ask("connect", { url: stand.cluster.url, transports: TRANSPORTS[kind], count }),
  );
  const connected = attempts.filter(({ error }) => error === undefined);
  const found: Found = {
    [`connected.${kind}`]: attempts.map(({ error }) => Number(error === undefined)),
    [`connect.${kind}`]: connected.map((attempt) => attempt.connected),
  };
  if (kind !== "default") return found;
  return {
    ...found,
    "upgrade.default": connected.flatMap(({ upgraded }) => upgraded ?? []),
    "connect.commands": [cost.commands],
    "connect.publishes": [cost.publishes],
    "connect.cpu": [cost.cpu],
  };
}

async function messaging(kind: Kind, situation: Situation): Promise<Found> {
  const { load, stand, sizes } = situation;
  const count = kind === "polling" ? sizes.pollingMessages : sizes.messages;
  const clients = stand.clients[kind] ?? [];
  const [times, cost] = await costOf(situation, count, () =>
    load.ask("roundTrips", { clients, count }),
  );
  if (kind === "websocket") return { "roundTrip.websocket": times };
  return {
    [`roundTrip.${kind}`]: times,
    [`roundTrip.${kind}.commands`]: [cost.commands],
    [`roundTrip.${kind}.publishes`]: [cost.publishes],
    [`roundTrip.${kind}.cpu`]: [cost.cpu],
    ...(kind === "default"
      ? { servedElsewhere: stand.servedElsewhere }
      : { foreign: [cost.foreign] }),
  };
}

/** Requests to a worker that does not have the session; where there is none, to the one that has. */
async function posting(situation: Situation): Promise<Found> {
  const { load, stand, sizes } = situation;
  const { cluster } = stand;
  if (!variants[cluster.variant].kinds.includes("polling")) return {};
  await load.ask("openSession", { url: cluster.url, isForeign: isRelayed(cluster) });
  const [times, cost] = await costOf(situation, sizes.posts, () =>
    load.ask("post", { count: sizes.posts }),
  );
  await load.ask("closeSession");
  return {
    "post.time": times,
    "post.cpu": [cost.cpu],
    "post.commands": [cost.commands],
    "post.publishes": [cost.publishes],
    "post.bytes": [cost.bytesOut],
  };
}

async function refusing({ load, stand: { cluster } }: Situation): Promise<Found> {
  if (!variants[cluster.variant].kinds.includes("polling")) return {};
  return { refusal: await load.ask("refuse", { url: cluster.url }) };
}

async function flooding(situation: Situation): Promise<Found> {
  const { load, stand, sizes } = situation;
  const { crowd: clients, cluster } = stand;
  const before = await cpuOf(cluster);
  const { acks, perSecond } = await load.ask("flood", { clients, ms: sizes.flood });
  const after = await cpuOf(cluster);
  return { acks: [perSecond], "acks.cpu": [(after - before) / acks] };
}

async function broadcasting({ load, stand, sizes }: Situation): Promise<Found> {
  const { crowd: clients } = stand;
  return {
    broadcast: await load.ask("broadcasts", { clients, count: sizes.broadcasts }),
  };
}

/** What one unit of something costs: of Redis, beyond what it does when idle, and of the workers. */
interface Cost extends Tally {
  /** CPU time of all workers, in ms. */
  cpu: number;
  /** Share of the requests for a session that met another worker. */
  foreign: number;
}

async function costOf<T>(
  { stand: { cluster, counter }, idle }: Situation,
  units: number,
  act: () => Promise<T>,
): Promise<[T, Cost]> {
  const workersBefore = await sumOf(cluster);
  const before = await counter.tally();
  const start = performance.now();
  const result = await act();
  const took = performance.now() - start;
  const after = await counter.tally();
  const workersAfter = await sumOf(cluster);
  const per = (of: keyof Tally) => (after[of] - before[of] - idle[of] * took) / units;
  const requests = workersAfter.requests - workersBefore.requests;
  const foreign = workersAfter.foreign - workersBefore.foreign;
  const cost = {
    commands: per("commands"),
    publishes: per("publishes"),
    bytesOut: per("bytesOut"),
    cpu: (workersAfter.cpu - workersBefore.cpu) / units,
    foreign: requests === 0 ? 0 : foreign / requests,
  };
  return [result, cost];
}

async function cpuOf(cluster: Cluster): Promise<number> {
  return (await sumOf(cluster)).cpu;
}

async function sumOf(
  cluster: Cluster,
): Promise<{ cpu: number; requests: number; foreign: number }> {
  const sum = { cpu: 0, requests: 0, foreign: 0 };
  for (const { cpu, requests, foreign } of await cluster.report()) {
    sum.cpu += cpu;
    sum.requests += requests;
    sum.foreign += foreign;
  }
  return sum;
}
