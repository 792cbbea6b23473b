import { startRedis } from "../../workshop/stage/redis.ts";
import { launchCluster, type Cluster } from "../cluster/cluster.ts";
import { needsRedis, type Design as ClusterDesign } from "../cluster/designs.ts";
import type { Bench, Experiment, Found, Place, Session, Size } from "../frame/experiment.ts";
import type { Curve } from "../frame/figure.ts";
import { groupBy, keyOf, type Summaries } from "../frame/summary.ts";
import { keysOf } from "../keys.ts";
import type { Arrival } from "../load/arrivals.ts";
import { dice, shuffled } from "../dice.ts";
import { judge, MOST_LAG, MOST_LAG_ALONE, type Lag } from "../load/lag.ts";
import { openPool, shares, type Pool } from "../load/pool.ts";
import { findReference } from "../relay/variants.ts";
import { countRequests, OUTCOMES } from "./request-count.ts";

/** What is done about the handshake, and what the cluster is then. */
const FIXES: Readonly<Record<string, ClusterDesign>> = {
  none: { handshake: "none", carrier: "none" },
  adapter: { handshake: "none", carrier: "adapter" },
  sticky: { handshake: "sticky", carrier: "adapter" },
  relay: { handshake: "relay", carrier: "adapter" },
  reference: { handshake: "reference", carrier: "adapter" },
};
const FIX_NAMES = {
  none: "no fix",
  adapter: "Redis adapter only",
  sticky: "sticky sessions",
  relay: "relay (step 7)",
  reference: "cluster engine",
};

/** How clients connect. */
const TRANSPORTS = {
  default: ["polling", "websocket"],
  polling: ["polling"],
  websocket: ["websocket"],
} satisfies Record<string, string[]>;
const TRANSPORT_NAMES = {
  default: "default clients",
  polling: "polling only",
  websocket: "WebSocket only",
};
const ARRIVALS = { together: "all at once", apart: "one by one" };

/** How much is done. */
export interface Amount {
  workers: readonly number[];
  /** All that there are by default. */
  fixes?: readonly Fix[];
  rounds: number;
  /** Clients of each kind, in each round. */
  clients: number;
  /** How long a client may go on trying, in ms. */
  patience: number;
  processes: number;
}
const AMOUNTS: Readonly<Record<Size, Amount>> = {
  quick: { workers: [1, 2, 4, 8], rounds: 1, clients: 16, patience: 2_500, processes: 2 },
  full: {
    workers: [1, 2, 3, 4, 6, 8],
    rounds: 3,
    clients: 40,
    patience: 30_000,
    processes: 4,
  },
};

/** What most figures show: a line for each fix, against the number of workers. */
const FIXES_BY_WORKERS = {
  x: { by: "workers", title: "workers" },
  series: { by: "fix", order: Object.keys(FIX_NAMES), labels: FIX_NAMES },
};

/** The article's claim: the more servers, the fewer handshakes succeed, and the longer they take. */
export const handshake = handshakeOf(AMOUNTS);

/** The same experiment, with as much done in each size as is said. */
export function handshakeOf(amounts: Readonly<Record<Size, Amount>>): Experiment {
  return {
    name: "handshake",
    title: "The handshake",
    question:
      "The more workers share a port, how many clients still connect at their first try, and how long does it take?",
    measures: {
      connected: { title: "connected at first try", show: "share" },
      webSocket: { title: "on a WebSocket at first try", show: "share" },
      connect: { title: "time to connected", unit: "ms", show: "median", isTimed: true },
      again: {
        title: "time to connected, trying again",
        unit: "ms",
        show: "median",
        isTimed: true,
      },
      within: { title: "connected in the time that was given, trying again", show: "share" },
      waited: {
        title: "time without a connection, of the time that was given",
        unit: "ms",
        show: "mean",
        isTimed: true,
      },
      usable: {
        title: "time to an acknowledged message, trying again",
        unit: "ms",
        show: "median",
        isTimed: true,
      },
      k: { title: "requests of a handshake that must meet one worker", show: "median" },
      perConnection: { title: "requests on a TCP connection", show: "median" },
    },
    figures: [
      {
        id: "first-try",
        title: "Without a fix, each worker more breaks more handshakes",
        subtitle: "Default clients that connect at first try.",
        measure: "connected",
        where: { transports: "default" },
        ...FIXES_BY_WORKERS,
        panels: { by: "arrivals", order: Object.keys(ARRIVALS), labels: ARRIVALS },
        y: { title: "connected at first try", scale: "share" },
        theory: (summaries) => chanceCurves(summaries, ["default"], false),
      },
      {
        id: "transports",
        title: "It is the number of requests that breaks it",
        subtitle: "Clients that come all at once and connect at first try.",
        measure: "connected",
        where: { arrivals: "together" },
        ...FIXES_BY_WORKERS,
        panels: { by: "transports", order: Object.keys(TRANSPORTS), labels: TRANSPORT_NAMES },
        y: { title: "connected at first try", scale: "share" },
        theory: (summaries) => chanceCurves(summaries, Object.keys(TRANSPORTS), true),
      },
      {
        id: "time",
        title: "Trying again takes longer with each worker",
        subtitle: "Default clients until connected, for as long as they are let. Median.",
        measure: "again",
        ...FIXES_BY_WORKERS,
        y: { title: "time to connected", scale: "log" },
      },
      {
        id: "within",
        title: "Trying again helps fewer with each worker",
        subtitle: "Default clients that have connected in the time that was given.",
        measure: "within",
        ...FIXES_BY_WORKERS,
        y: { title: "connected in time", scale: "share" },
      },
      {
        id: "waited",
        title: "How long clients are without a connection",
        subtitle: "Default clients, of the time that was given. Mean over all of them.",
        measure: "waited",
        ...FIXES_BY_WORKERS,
        y: { title: "time not connected", scale: "log" },
      },
      {
        id: "requests",
        title: "How many requests must meet one and the same worker",
        subtitle: "Counted in the trace of a single worker.",
        measure: "k",
        series: { by: "outcome", order: Object.keys(OUTCOMES), labels: OUTCOMES },
        y: { title: "requests", scale: "linear" },
      },
      {
        id: "connections",
        title: "How many of them come on one TCP connection",
        subtitle: "Of a single worker, too. With one on each, every request meets a worker anew.",
        measure: "perConnection",
        series: { by: "outcome", order: Object.keys(OUTCOMES), labels: OUTCOMES },
        y: { title: "requests on a connection", scale: "linear" },
      },
    ],
    notes: [
      "Connected means that Socket.IO has said `connect`. Without a fix such a client loses its connection at the next request that meets another worker, so the true loss is larger than shown.",
      "Theory: a handshake of k requests succeeds if all of them meet the worker of the first, by chance 1/N each: (1/N)^(k−1). k is counted in the trace of one worker, and not assumed.",
      "Node's cluster hands connections out in turn and not by chance. One client after the other: its requests meet one worker after the other, and hardly anybody connects, even with two. Many clients at once shuffle each other's requests, which comes close to chance.",
      "Time: clients of all processes come at once and try again as Socket.IO does by default (after 0.5 to 1.5 s, then longer, up to 5 s), until it says `connect` for the first time. `over`: more than half of them had not connected when the time that was given was over, and how much longer it takes is not known.",
      "So that what is not known has its place as well, the time without a connection is the mean over all clients with the time that was given as the most: what statistics calls the restricted mean. It is too short where many have not connected.",
      "The workers are real processes behind one port of Node's cluster, as pm2's daemon runs them; sticky is @socket.io/sticky, least-connection. On a busy machine a client of it now and then gets no answer at all, or its POST fails: why each failed stands in result.json as a remark.",
    ],
    design: (size) => {
      const { workers, fixes = fixesHere(), rounds, clients, patience, processes } = amounts[size];
      return {
        rounds,
        places: workers.flatMap((count) => fixes.map((fix) => ({ fix, workers: count }))),
        varied: [
          `workers ${workers.join(", ")}`,
          `fix: ${fixes.map((fix) => FIX_NAMES[fix]).join(", ")}`,
          "transports: default, polling only, WebSocket only",
          "arrivals: all at once, one by one",
        ],
        held: [
          `${clients} clients of each kind in each round, from ${processes} processes`,
          "one machine, loopback, an empty Redis of its own for each cluster",
          `${patience / 1000} s for clients that try again`,
          "kinds of clients and arrivals in an order by chance at each visit",
        ],
      };
    },
    open: (bench) => open(bench, amounts[bench.size]),
  };
}

type Fix = keyof typeof FIX_NAMES;

function fixesHere(): Fix[] {
  const all: Fix[] = ["none", "adapter", "sticky", "relay"];
  return findReference() ? [...all, "reference"] : all;
}

/** What chance would do, with as many requests as the trace has counted. */
function chanceCurves(
  summaries: Summaries,
  kinds: readonly string[],
  inPanels: boolean,
): readonly Curve[] {
  const workers = [...new Set(summaries.where("connected").map(({ at }) => Number(at.workers)))];
  return kinds.flatMap((transports): Curve[] => {
    const k = summaries.at("k", { outcome: transports })?.value;
    if (k === undefined) return [];
    const label = inPanels ? "chance, (1/N)^(k−1)" : `chance, k = ${k}`;
    const points = between(Math.min(...workers), Math.max(...workers)).map((count) => ({
      x: count,
      y: chance(count, k),
    }));
    return [{ label, points, ...(inPanels ? { panel: transports } : {}) }];
  });
}

/** Whole numbers, and quarters between them, so that the line is a curve. */
function between(first: number, last: number): number[] {
  return Array.from({ length: (last - first) * 4 + 1 }, (_, at) => first + at / 4);
}

/** That k requests meet one and the same of so many workers, each by chance. */
export function chance(workers: number, k: number): number {
  return (1 / workers) ** (k - 1);
}

async function open({ run, seed }: Bench, amount: Amount): Promise<Session> {
  const pool = await openPool(run, amount.processes);
  return {
    async visit(at, round) {
      const fix = String(at.fix);
      const design = FIXES[fix];
      if (!design) throw new Error(`There is no fix ${fix}.`);
      const name = `${fix}-${at.workers}-${round}`;
      await using redis = needsRedis(design) ? await startRedis(run, `redis-${name}`) : undefined;
      await using cluster = await launchCluster(run, {
        name,
        design,
        workers: Number(at.workers),
        redisUrl: redis?.url,
        reference: findReference(),
      });
      const random = dice(`${seed} ${keyOf(at)} ${round}`);
      const found = await measureAll({ pool, cluster, at, amount }, random);
      if (fix !== "none" || at.workers !== 1) return found;
      return [...found, ...(await countRequests(run, pool, round))];
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** What is measured, and where. */
interface Situation {
  pool: Pool;
  cluster: Cluster;
  at: Place;
  amount: Amount;
}

/** All that is measured in a cluster, in an order by chance: what comes first shall not be one of them. */
async function measureAll(situation: Situation, random: () => number): Promise<Found[]> {
  const { pool, cluster } = situation;
  const transports = TRANSPORTS.default;
  // The first requests of a process are slow: they are nobody's figure.
  await pool.all((ask) =>
    ask("arrive", { url: cluster.url, transports, count: 4, together: true }),
  );
  const arrivals = keysOf(TRANSPORTS).flatMap((kind) =>
    keysOf(ARRIVALS).map((how) => () => measureArrivals(situation, kind, how)),
  );
  const found: Found[] = [];
  for (const measure of shuffled([...arrivals, () => measurePatience(situation)], random)) {
    found.push(...(await measure()));
  }
  return found;
}

async function measureArrivals(
  { pool, cluster: { url }, at, amount: { clients } }: Situation,
  kind: keyof typeof TRANSPORTS,
  how: keyof typeof ARRIVALS,
): Promise<Found[]> {
  const where = { url, transports: TRANSPORTS[kind], count: clients };
  const { result, lag } = await pool.timed(() =>
    how === "together" ? together(pool, where) : pool.ask("arrive", { ...where, together: false }),
  );
  const judged = judge(lag, how === "together" ? MOST_LAG : MOST_LAG_ALONE);
  return samplesOf({ ...at, transports: kind, arrivals: how }, result, judged);
}

/** How late the load may be where it is only asked who connects in some seconds, in ms. */
const MOST_LAG_IN_SECONDS: Lag = { p99: 250, max: 1_000 };
/** How often what is timed is tried again when the load generator was late. */
const TRIES = 3;

async function measurePatience({
  pool,
  cluster: { url },
  at,
  amount: { clients, patience },
}: Situation): Promise<Found[]> {
  const transports = TRANSPORTS.default;
  const counts = shares(clients, pool.size);
  for (let tries = 1; ; tries += 1) {
    const { result, lag } = await pool.timed(() =>
      pool.all((ask, nth) =>
        ask("persist", { url, transports, count: counts[nth] ?? 0, within: patience }),
      ),
    );
    const timed = { at, within: patience, ...judge(lag) };
    if (timed.invalid !== undefined && tries < TRIES) continue;
    const asked = { at, ...judge(lag, MOST_LAG_IN_SECONDS) };
    const all = result.flat();
    const connected = all.map((each) => each.connected);
    return [
      { measure: "again", samples: connected, ...timed },
      { measure: "within", samples: connected.map((ms) => Number(ms < Infinity)), ...asked },
      { measure: "waited", samples: connected.map((ms) => Math.min(ms, patience)), ...timed },
      { measure: "usable", samples: all.map(({ answered }) => answered), ...timed },
    ];
  }
}

async function together(
  pool: Pool,
  { count, ...where }: { url: string; transports: string[]; count: number },
): Promise<Arrival[]> {
  const counts = shares(count, pool.size);
  const all = await pool.all((ask, nth) =>
    ask("arrive", { ...where, count: counts[nth] ?? 0, together: true }),
  );
  return all.flat();
}

function samplesOf(
  at: Place,
  arrivals: readonly Arrival[],
  judged: ReturnType<typeof judge>,
): Found[] {
  const share = (measure: string, of: (arrival: Arrival) => number | undefined): Found => ({
    measure,
    at,
    samples: arrivals.map((arrival) => Number(of(arrival) !== undefined)),
    remark: counted(arrivals.flatMap(({ error }) => error ?? [])),
  });
  return [
    share("connected", ({ connected }) => connected),
    share("webSocket", ({ webSocket }) => webSocket),
    {
      measure: "connect",
      at,
      samples: arrivals.flatMap(({ connected }) => connected ?? []),
      ...judged,
    },
  ];
}

/** `14 × xhr post error, 2 × transport close`; undefined when there is nothing to count. */
function counted(errors: readonly string[]): string | undefined {
  const groups = [...groupBy(errors, (error) => error)];
  return groups.map(([error, all]) => `${all.length} × ${error}`).join(", ") || undefined;
}
