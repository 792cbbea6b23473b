import type { Bench, Experiment, Found, Measure, Session, Size } from "../frame/experiment.ts";
import type { Figure as Plot } from "../frame/figure.ts";
import { judge, MOST_LAG_ALONE } from "../load/lag.ts";
import { keysOf } from "../keys.ts";
import { figures, type Block, type Figure } from "../relay/figures.ts";
import { FULL, measureRelay, QUICK } from "../relay/measure.ts";
import { findReference, variants, type Variant } from "../relay/variants.ts";

const ORDER = ["plain", "single", "sticky", "relay", "reference"] satisfies Variant[];
const NAMES = {
  plain: "WebSocket only",
  single: "one process",
  sticky: "sticky sessions",
  relay: "relay (step 7)",
  reference: "cluster engine",
} satisfies Record<Variant, string>;

const AMOUNTS: Readonly<Record<Size, typeof FULL & { workers: number[] }>> = {
  // One round is as good as two where the figures are rough anyway.
  quick: { ...QUICK, rounds: 1, workers: [2, 4] },
  full: { ...FULL, workers: [1, 2, 4, 8] },
};

/** A plot of one of the bench's figures against workers. */
function plotOf(id: string, figure: Figure, title: string, y: string): Plot {
  return {
    id,
    title,
    subtitle: "Median or mean.",
    measure: figure,
    x: { by: "workers", title: "workers" },
    series: { by: "variant", order: ORDER, labels: NAMES },
    y: { title: y, scale: "linear" },
  };
}

/** What the relay costs; the same bench as `npm run bench:relay`. */
export const relay: Experiment = {
  name: "relay",
  title: "The relay",
  question:
    "What does it cost to hand requests on over Redis, beside one process, sticky sessions and WebSocket only?",
  measures: Object.fromEntries(
    Object.entries(figures).map(([name, { title, unit, show, isTimed }]): [string, Measure] => [
      name,
      // Where a client connects it is 0 or 1; other shares are parts of something.
      {
        title,
        unit,
        show: show === "share" && !name.startsWith("connected") ? "mean" : show,
        isTimed,
      },
    ]),
  ),
  figures: [
    plotOf("connect", "connect.default", "Until a default client is connected", "time"),
    plotOf(
      "upgraded",
      "roundTrip.default",
      "An acknowledged message, upgraded socket",
      "round trip",
    ),
    plotOf("polling", "roundTrip.polling", "An acknowledged message, long polling", "round trip"),
    plotOf("cpu", "post.cpu", "What one request by polling costs the workers", "CPU time"),
    plotOf("acks", "acks", "Acknowledged messages with 20 clients", "messages a second"),
  ],
  notes: [
    "All clusters of one number of workers stand at the same time, and each probe goes from one to the next: `lab/relay`, which `npm run bench:relay` runs with more figures and its targets.",
    "The sockets of an upgraded relay are those whose upgrade met a worker that did not have their session. The one process has one worker, whatever the others have.",
  ],
  design: (size) => {
    const { workers, rounds } = AMOUNTS[size];
    const measured = variantsHere().map((variant) => variants[variant].title);
    return {
      // The bench itself makes the rounds, so that variants take turns within each.
      rounds: 1,
      places: workers.map((count) => ({ workers: count })),
      varied: [`workers ${workers.join(", ")}`, `variants: ${measured.join(", ")}`],
      held: [
        `the same app and clients, ${rounds} inner rounds, a Redis of its own for each variant`,
      ],
    };
  },
  open,
};

function variantsHere(): Variant[] {
  return ORDER.filter((variant) => variant !== "reference" || findReference());
}

async function open({ run, size }: Bench): Promise<Session> {
  const { sizes, rounds } = AMOUNTS[size];
  return {
    async visit({ workers }) {
      const blocks = await measureRelay(run, {
        workers: [Number(workers)],
        variants: variantsHere(),
        rounds,
        sizes,
        reference: findReference(),
      });
      return blocks.flatMap(observationsOf);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** What a block has found; of what is timed, how late the clients were, and whether it counts. */
export function observationsOf({ workers, variants: measured, lags }: Block): Found[] {
  return keysOf(measured).flatMap((variant) =>
    keysOf(figures).flatMap((measure) =>
      (measured[variant]?.[measure] ?? []).flatMap((samples, round) => {
        const lag = lags[variant]?.[measure]?.[round];
        const judged = lag && figures[measure].isTimed ? judge(lag, MOST_LAG_ALONE) : {};
        // A probe that does not apply leaves holes.
        return samples ? [{ measure, at: { variant, workers }, round, samples, ...judged }] : [];
      }),
    ),
  );
}
