import { startRedis } from "../../workshop/stage/redis.ts";
import { until } from "../../workshop/stage/until.ts";
import { launchCluster, type Cluster } from "../cluster/cluster.ts";
import { needsRedis, type Design as ClusterDesign } from "../cluster/designs.ts";
import type { Bench, Experiment, Found, Place, Session, Size } from "../frame/experiment.ts";
import { capClients, openPool, shares, type Capped, type Pool } from "../load/pool.ts";

const DESIGNS = {
  none: { handshake: "none", carrier: "none" },
  adapter: { handshake: "none", carrier: "adapter" },
  relay: { handshake: "relay", carrier: "adapter" },
} satisfies Record<string, ClusterDesign>;
const NAMES = {
  none: "Socket.IO alone",
  adapter: "with the Redis adapter",
  relay: "with adapter and relay (step 7)",
};
const TRANSPORTS = { websocket: ["websocket"], polling: ["polling"] };
const TRANSPORT_NAMES = { websocket: "WebSocket", polling: "long polling" };
const MOMENTS = { before: "before", during: "with all clients", after: "after they have left" };

interface Amount {
  workers: number;
  clients: readonly number[];
  rounds: number;
  processes: number;
}
const AMOUNTS: Readonly<Record<Size, Amount>> = {
  quick: { workers: 2, clients: [50, 200], rounds: 1, processes: 2 },
  full: { workers: 4, clients: [100, 300, 1_000, 2_000], rounds: 3, processes: 4 },
};
/** How long workers may take to see that everybody has left, in ms. */
const LEFT_WITHIN = 10_000;

/** What a connection costs, and whether it is given back. */
export const memory: Experiment = {
  name: "memory",
  title: "Memory",
  question: "How much memory does a connection take, and is it given back when clients leave?",
  measures: {
    perConnection: { title: "memory of a connection", unit: "KB", show: "median" },
    used: { title: "memory in use, of a worker", unit: "MB", show: "median" },
    resident: { title: "resident memory of a worker", unit: "MB", show: "median" },
  },
  figures: [
    {
      id: "connection",
      title: "What a connection takes",
      subtitle: "In the workers' heaps, garbage collected. Median.",
      measure: "perConnection",
      x: { by: "clients", title: "clients" },
      series: { by: "design", order: Object.keys(NAMES), labels: NAMES },
      panels: { by: "transport", order: Object.keys(TRANSPORTS), labels: TRANSPORT_NAMES },
      y: { title: "for each connection", scale: "linear" },
    },
    ...(["used", "resident"] as const).map((measure) => ({
      id: measure,
      title: measure === "used" ? "What a worker holds" : "What the system gives a worker",
      subtitle: "Clients on WebSockets, Redis adapter. Median.",
      measure,
      where: { design: "adapter", transport: "websocket" },
      x: { by: "clients", title: "clients" },
      series: { by: "moment", order: Object.keys(MOMENTS), labels: MOMENTS },
      y: { title: measure === "used" ? "heap and buffers" : "resident", scale: "linear" as const },
    })),
  ],
  notes: [
    "In use: heap and external memory after a forced collection of garbage, so what can still be reached. Resident: what the operating system has given; Node keeps some of it for later.",
    "Each cluster is a new one. Some clients come and leave before anything is measured: what is made only once is nobody's connection.",
    "The clients are in one room and say nothing. What Node and the app take without clients stands in `before`.",
  ],
  design: (size) => {
    const { workers, rounds, processes } = AMOUNTS[size];
    const { counts: clients, note } = clientsHere(size);
    return {
      rounds,
      places: clients.flatMap((count) =>
        Object.keys(DESIGNS).flatMap((design) =>
          kindsOf(design).map((transport) => ({ design, transport, clients: count })),
        ),
      ),
      varied: [
        `clients ${clients.join(", ")}`,
        `transports: ${Object.values(TRANSPORT_NAMES).join(", ")}`,
        `design: ${Object.values(NAMES).join(", ")}`,
      ],
      held: [`${workers} workers`, `${processes} processes of clients`, ...(note ? [note] : [])],
    };
  },
  open,
};

/** Where nothing is done about the handshake, polling needs a single worker. */
function kindsOf(design: string): string[] {
  return design === "relay" ? ["websocket", "polling"] : ["websocket"];
}

function clientsHere(size: Size): Capped {
  const { clients, processes } = AMOUNTS[size];
  return capClients(clients, processes);
}

async function open({ run, size }: Bench): Promise<Session> {
  const amount = AMOUNTS[size];
  const pool = await openPool(run, amount.processes);
  return {
    async visit(at, round) {
      const design: ClusterDesign = DESIGNS[at.design as keyof typeof DESIGNS];
      const name = `${at.design}-${at.transport}-${at.clients}-${round}`;
      await using redis = needsRedis(design) ? await startRedis(run, `redis-${name}`) : undefined;
      await using cluster = await launchCluster(run, {
        name,
        design,
        workers: amount.workers,
        redisUrl: redis?.url,
      });
      return await measure(pool, cluster, at);
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** As many come and leave at first as there will be later, up to this. */
const WARM_UP = 50;

async function measure(pool: Pool, cluster: Cluster, at: Place): Promise<Found[]> {
  const clients = Number(at.clients);
  const transports = TRANSPORTS[at.transport as keyof typeof TRANSPORTS];
  const come = async (count: number) => {
    const counts = shares(count, pool.size);
    const there = await pool.all((ask, nth) =>
      ask("attend", { url: cluster.url, transports, count: counts[nth] ?? 0 }),
    );
    const present = there.reduce((sum, each) => sum + each, 0);
    if (present < count) throw new Error(`Only ${present} of ${count} clients could connect.`);
  };
  const go = async () => {
    await pool.all((ask) => ask("leave"));
    await until(
      async () => (await cluster.report()).reduce((sum, { clients: here }) => sum + here, 0),
      (here) => here === 0,
      {
        within: LEFT_WITHIN,
        otherwise: (here) => new Error(`The workers still know ${here} of the clients.`),
      },
    );
  };
  await come(Math.min(clients, WARM_UP));
  await go();
  const before = await cluster.memory();
  await come(clients);
  const during = await cluster.memory();
  await go();
  const after = await cluster.memory();

  const sum = (all: readonly { used: number }[]) =>
    all.reduce((total, { used }) => total + used, 0);
  const each = (sum(during) - sum(before)) / clients / 1000;
  const moments = Object.entries({ before, during, after }).flatMap(([moment, workers]) => [
    { measure: "used", at: { ...at, moment }, samples: workers.map(({ used }) => used / 1e6) },
    {
      measure: "resident",
      at: { ...at, moment },
      samples: workers.map(({ resident }) => resident / 1e6),
    },
  ]);
  return [{ measure: "perConnection", at, samples: [each] }, ...moments];
}
