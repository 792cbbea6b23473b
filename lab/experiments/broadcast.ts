import { eventually } from "../../workshop/stage/until.ts";
import type { Bench, Experiment, Found, Place, Session, Size } from "../frame/experiment.ts";
import type { Figure } from "../frame/figure.ts";
import { dice, sample } from "../dice.ts";
import { judge, MOST_LAG, type Lag } from "../load/lag.ts";
import { capClients, openPool, shares, type Capped, type Pool } from "../load/pool.ts";
import { startBare, startDesign, type Server } from "./broadcast-servers.ts";
import { BYTES, measureRedis } from "./redis-floor.ts";

/** A WebSocket server without Socket.IO, in one process. */
const BARE = "bare";
const NAMES = {
  single: "one process",
  "by hand": "pub/sub by hand (step 5)",
  adapter: "Redis adapter (step 6)",
  sharded: "sharded adapter (step 9)",
  streams: "streams adapter",
  cluster: "cluster adapter, no Redis",
  bare: "bare ws, one process",
};
const ORDER = Object.keys(NAMES);

interface Amount {
  clients: readonly number[];
  rounds: number;
  /** Messages at a steady pace, and deliveries of a burst. */
  messages: number;
  burst: number;
  processes: number;
}
const AMOUNTS: Readonly<Record<Size, Amount>> = {
  quick: { clients: [10, 100], rounds: 1, messages: 30, burst: 5_000, processes: 2 },
  full: { clients: [10, 100, 1_000], rounds: 3, messages: 100, burst: 30_000, processes: 4 },
};
/** The pace: no more deliveries a second than this, and no more messages a second than that. */
const DELIVERIES = 5_000;
const FASTEST = 20;
/** How long the last one may take to the last client, in ms. */
const HEARD_WITHIN = 15_000;

/** What it costs to tell everybody. */
export const broadcast: Experiment = {
  name: "broadcast",
  title: "Telling everybody",
  question:
    "How long does a message take to everybody, whom does it reach, and what does it cost, with each way to carry it between workers?",
  measures: {
    reach: { title: "reach", unit: "%", show: "mean" },
    latency: { title: "latency", unit: "ms", show: "median", isTimed: true },
    p99: { title: "latency, 99th percentile", unit: "ms", show: "p99", isTimed: true },
    deliveries: { title: "deliveries a second in a burst", show: "median", isTimed: true },
    cpu: { title: "CPU of the workers", unit: "ms", show: "mean" },
    commands: { title: "Redis commands", show: "mean" },
    bytes: { title: "bytes that Redis sends", unit: "KB", show: "mean" },
    publishes: { title: "PUBLISH a second by redis-benchmark", show: "median" },
  },
  figures: [
    figureOf("latency", "How long a message takes to a client", "Median", ["latency", "log"]),
    figureOf("p99", "The slowest hundredth", "99th percentile", ["latency", "log"]),
    figureOf("reach", "Who hears what is said", "Of the deliveries that there should be", [
      "reach",
      "linear",
    ]),
    figureOf("deliveries", "As fast as it goes", "A burst of messages", [
      "deliveries a second",
      "log",
    ]),
    figureOf("cpu", "What a message costs the workers", "All of them together", [
      "CPU time for each message",
      "log",
    ]),
    figureOf("commands", "What a message costs Redis", "With what goes on anyway", [
      "commands for each message",
      "linear",
    ]),
    figureOf("bytes", "What Redis sends for a message", "To all workers together", [
      "sent for each message",
      "linear",
    ]),
    {
      id: "publish",
      title: "The floor: Redis alone",
      subtitle: "PUBLISH of one client with nobody listening, by redis-benchmark.",
      measure: "publishes",
      series: { by: "design", order: ["PUBLISH"], labels: { PUBLISH: "redis-benchmark" } },
      y: { title: "PUBLISH a second", scale: "linear" },
    },
  ],
  notes: [
    "Clients are on WebSockets, so that the handshake plays no part. Everybody is in one room; what one says everybody hears, the speaker too.",
    `At a steady pace: ${1000 / FASTEST} messages a second, fewer where that were more than ${DELIVERIES.toLocaleString("en-GB")} deliveries a second. A burst is said at once.`,
    "The bare ws server is the floor: the same library that Engine.IO uses, with nothing around it.",
    "In a burst the clients' processes are as busy as the workers: where their own lag is long, the deliveries are what this machine can do with its clients, and the servers alone could do more.",
    "Clients and workers share this machine's cores: with more clients, more of the latency is the clients' own.",
  ],
  design: (size) => {
    const { rounds, messages, processes } = AMOUNTS[size];
    const { counts: clients, note } = clientsHere(size);
    const places = clients.flatMap((count) => ORDER.map((design) => ({ design, clients: count })));
    return {
      rounds,
      places: [...places, { design: "PUBLISH" }],
      varied: [`clients ${clients.join(", ")}`, `carrier: ${Object.values(NAMES).join(", ")}`],
      held: [
        "four workers, where it is not one process",
        `${messages} messages of ${BYTES} bytes at a steady pace, then a burst`,
        `${processes} processes of clients`,
        ...(note ? [note] : []),
      ],
    };
  },
  open,
};

/** A measure against clients, a line for each design. */
function figureOf(
  measure: string,
  title: string,
  subtitle: string,
  [axis, scale]: readonly [string, "linear" | "log"],
): Figure {
  return {
    id: measure,
    title,
    subtitle: `${subtitle}.`,
    measure,
    x: { by: "clients", title: "clients" },
    series: { by: "design", order: ORDER, labels: NAMES },
    y: { title: axis, scale },
  };
}

/** As many as this system lets the processes of the load and a single server have. */
function clientsHere(size: Size): Capped {
  const { clients, processes } = AMOUNTS[size];
  return capClients(clients, processes);
}

async function open({ run, size }: Bench): Promise<Session> {
  const amount = AMOUNTS[size];
  const pool = await openPool(run, amount.processes);
  return {
    async visit(at, round) {
      if (at.design === "PUBLISH") return measureRedis(run, at);
      const name = `${String(at.design).replace(" ", "-")}-${at.clients}-${round}`;
      await using server = await (at.design === BARE
        ? startBare(run, name)
        : startDesign(run, name, String(at.design)));
      // Awaited: the server goes when this function returns.
      return await measure(pool, server, at, amount);
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

async function measure(
  pool: Pool,
  server: Server,
  at: Place,
  { messages, burst }: Amount,
): Promise<Found[]> {
  const clients = Number(at.clients);
  const counts = shares(clients, pool.size);
  const transports = ["websocket"];
  const there = await pool.all((ask, nth) =>
    ask("attend", { url: server.url, transports, count: counts[nth] ?? 0 }),
  );
  const present = there.reduce((sum, count) => sum + count, 0);
  if (present < clients) throw new Error(`Only ${present} of ${clients} clients could connect.`);

  const every = Math.max(FASTEST, (clients / DELIVERIES) * 1000);
  // The first messages of a process are slow: they are nobody's figure.
  await say(pool, { count: 10, every, clients });
  const [cpu, tally] = [await server.cpu(), await server.tally()];
  const steady = await say(pool, { count: messages, every, clients });
  const [cpuAfter, tallyAfter] = [await server.cpu(), await server.tally()];
  const fast = await say(pool, { count: Math.ceil(burst / clients), every: 0, clients });
  await pool.all((ask) => ask("leave"));

  const { latencies, judged } = steady;
  return [
    { measure: "reach", at, samples: [steady.reach] },
    { measure: "latency", at, samples: latencies, ...judged },
    { measure: "p99", at, samples: latencies, ...judged },
    { measure: "deliveries", at, samples: [fast.perSecond], ...fast.judged },
    { measure: "cpu", at, samples: [(cpuAfter - cpu) / messages] },
    ...(tally && tallyAfter
      ? [
          {
            measure: "commands",
            at,
            samples: [(tallyAfter.commands - tally.commands) / messages],
          },
          {
            measure: "bytes",
            at,
            samples: [(tallyAfter.bytesOut - tally.bytesOut) / messages / 1000],
          },
        ]
      : []),
  ];
}

/** What became of messages that were said. */
interface Said {
  /** Deliveries of those that there should be, in percent. */
  reach: number;
  latencies: number[];
  perSecond: number;
  /** How late the load was, and whether what is timed counts. */
  judged: ReturnType<typeof judge>;
}

/** Latencies are many; so many of each visit, chosen by chance, are enough for a 99th percentile. */
const KEPT = 2_000;
/**
 * How late the load may be in a burst, in ms. It has its hands full then, as the servers have, and takes
 * what waits for it many at a time. But one that is kept for longer has set the pace itself.
 */
const MOST_BURST_LAG: Lag = { p99: 500, max: 1_000 };

/** The first process of clients says things to everybody, and all count what they hear. */
export async function say(
  pool: Pool,
  { count, every, clients }: { count: number; every: number; clients: number },
): Promise<Said> {
  await pool.all((ask) => ask("listen"));
  const expected = count * clients;
  const { result: first, lag } = await pool.timed(async () => {
    const begun = await pool.ask("speak", { count, every, bytes: BYTES });
    const heardSoFar = async () =>
      (await pool.all((ask) => ask("countHeard"))).reduce((sum, each) => sum + each, 0);
    await eventually(heardSoFar, (sum) => sum >= expected, HEARD_WITHIN);
    return begun;
  });
  const heard = await pool.all((ask) => ask("hear"));
  const all = heard.flatMap(({ latencies }) => latencies);
  const last = Math.max(...heard.map((each) => each.last));
  return {
    reach: (all.length / expected) * 100,
    latencies: sample(all, KEPT, dice(all.length)),
    perSecond: all.length / ((last - first) / 1000),
    judged: judge(lag, every === 0 ? MOST_BURST_LAG : MOST_LAG),
  };
}
