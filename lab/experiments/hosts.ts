import type { Bench, Experiment, Found, Session, Size } from "../frame/experiment.ts";
import type { Figure } from "../frame/figure.ts";
import { keysOf } from "../keys.ts";
import { judge, MOST_LAG_ALONE } from "../load/lag.ts";
import { FULL, openHostsBench, QUICK, type Block, type Samples } from "../many-machines/measure.ts";
import { variants, type Variant } from "../many-machines/variants.ts";

const ORDER = keysOf(variants);
const NAMES = Object.fromEntries(ORDER.map((name) => [name, variants[name].title]));

const AMOUNTS: Readonly<Record<Size, typeof FULL & { workers: number[] }>> = {
  quick: { ...QUICK, rounds: 1, workers: [1, 2] },
  full: { ...FULL, workers: [1, 2] },
};

function figureOf(measure: string, title: string, subtitle: string, y: string): Figure {
  return {
    id: measure,
    title,
    subtitle,
    measure,
    series: { by: "variant", order: ORDER, labels: NAMES },
    panels: {
      by: "workers",
      order: ["1", "2"],
      labels: { "1": "one worker on each host", "2": "two workers on each host" },
    },
    y: { title: y, scale: "linear" },
  };
}

/** What it buys to lead a client to the host of its session; the same bench as `npm run bench:hosts`. */
export const hosts: Experiment = {
  name: "hosts",
  title: "Many machines",
  question:
    "What does it buy to lead a client to the host that has its session, where the relay mends what goes elsewhere?",
  measures: {
    connect: { title: "until connected", unit: "ms", show: "median", isTimed: true },
    connectMessages: { title: "relay messages for it", show: "mean" },
    roundTrip: {
      title: "acknowledged message on a WebSocket",
      unit: "ms",
      show: "median",
      isTimed: true,
    },
    messages: { title: "relay messages for it", show: "mean" },
    polling: {
      title: "acknowledged message, polling only",
      unit: "ms",
      show: "median",
      isTimed: true,
    },
    pollingMessages: { title: "relay messages for it", show: "mean" },
    onHostA: { title: "sessions on host a", show: "share" },
  },
  figures: [
    figureOf("connect", "Until a default client is connected", "Median.", "time"),
    figureOf("roundTrip", "An acknowledged message on a WebSocket", "Median.", "round trip"),
    figureOf("polling", "An acknowledged message, polling only", "Median.", "round trip"),
    figureOf("messages", "What the relay carries for it", "Messages on Redis, mean.", "messages"),
    figureOf("onHostA", "Sessions that host a has got", "The others are on host b.", "sessions"),
  ],
  notes: [
    "One app of step 9 on two hosts, and in front of it an nginx for each variant; each variant's clients come in turn: `lab/many-machines`, which `npm run bench:hosts` runs, too.",
    ...ORDER.map((name) => `${variants[name].title}: ${variants[name].about}.`),
    "All clients come from one address, which is why ip_hash gives them to one host. The messages of the relay are those on the channels of Redis, without what goes there anyway.",
  ],
  design: (size) => {
    const { workers, rounds, connects } = AMOUNTS[size];
    return {
      // The bench itself makes the rounds, so that variants take turns within each.
      rounds: 1,
      places: workers.map((count) => ({ workers: count })),
      varied: [
        `workers on each host ${workers.join(", ")}`,
        `way to a host: ${ORDER.map((name) => NAMES[name]).join(", ")}`,
      ],
      held: [`two hosts, one Redis, ${rounds} inner rounds of ${connects} clients, one by one`],
    };
  },
  open,
};

async function open({ run, size }: Bench): Promise<Session> {
  const { workers: _, ...amount } = AMOUNTS[size];
  const bench = await openHostsBench(run);
  return {
    async visit({ workers }) {
      const plan = { ...amount, workers: [Number(workers)], variants: ORDER };
      return (await bench.measure(plan)).flatMap(observationsOf);
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

/** What a block has found, and whether what was timed counts. */
function observationsOf({ workers, variants: measured }: Block): Found[] {
  return ORDER.flatMap((variant) =>
    (measured[variant] ?? []).flatMap((samples, round) =>
      foundIn(samples, { variant, workers }, round),
    ),
  );
}

function foundIn(
  { connected, connectPublishes, roundTrip, publishes, polling, hosts, lag }: Samples,
  at: { variant: Variant; workers: number },
  round: number,
): Found[] {
  const judged = judge(lag, MOST_LAG_ALONE);
  const sessions = Object.entries(hosts).flatMap(([host, count]) =>
    Array.from({ length: count }, () => Number(host === "a")),
  );
  return [
    { measure: "connect", at, round, samples: connected, ...judged },
    { measure: "connectMessages", at, round, samples: [connectPublishes] },
    { measure: "roundTrip", at, round, samples: roundTrip, ...judged },
    { measure: "messages", at, round, samples: [publishes] },
    ...(polling
      ? [
          { measure: "polling", at, round, samples: polling.roundTrip, ...judged },
          { measure: "pollingMessages", at, round, samples: [polling.publishes] },
        ]
      : []),
    { measure: "onHostA", at, round, samples: sessions },
  ];
}
