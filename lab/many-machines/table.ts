import { mean, median, percentile } from "../relay/statistics.ts";
import { align, number } from "../relay/table.ts";
import type { Block, Samples } from "./measure.ts";
import { variants, type Variant } from "./variants.ts";

interface Row {
  title: string;
  cell: (samples: Samples) => string;
}

const rows: readonly Row[] = [
  {
    title: "connected at first try",
    cell: ({ connected, tried }) => `${connected.length} of ${tried}`,
  },
  { title: "connect, until connected, ms", cell: ({ connected }) => time(connected) },
  { title: "connect, until on a WebSocket, ms", cell: ({ upgraded }) => time(upgraded) },
  { title: "  messages of the relay for it", cell: (all) => average(all.connectPublishes) },
  { title: "acknowledged message on a WebSocket, ms", cell: ({ roundTrip }) => time(roundTrip) },
  { title: "  messages of the relay for it", cell: ({ publishes }) => average(publishes) },
  { title: "acknowledged message, polling only, ms", cell: ({ polling }) => time(polling) },
  { title: "  messages of the relay for it", cell: (all) => average(all.pollingPublishes) },
  {
    title: "sessions on host a, on host b",
    cell: ({ hosts }) => `${hosts.a ?? 0}, ${hosts.b ?? 0}`,
  },
];

/** The figures of all blocks, as text. */
export function tableOf(blocks: readonly Block[]): string {
  return [...blocks.map(blockTable), "Median, in brackets the 99th percentile."].join("\n\n");
}

function blockTable({ workers, variants: measured }: Block): string {
  const columns = (Object.keys(variants) as Variant[]).flatMap((variant) => {
    const samples = measured[variant];
    return samples ? [{ title: variants[variant].title, samples }] : [];
  });
  return align([
    [
      `2 hosts, ${workers} worker${workers === 1 ? "" : "s"} each`,
      ...columns.map(({ title }) => title),
    ],
    ...rows.map(({ title, cell }) => [title, ...columns.map(({ samples }) => cell(samples))]),
  ]);
}

function time(samples: readonly number[]): string {
  if (samples.length === 0) return "–";
  return `${number(median(samples))} (${number(percentile(samples, 0.99))})`;
}

function average(samples: readonly number[]): string {
  return samples.length === 0 ? "–" : number(mean(samples));
}

/** What the columns are. */
export function legendOf(measured: readonly Variant[]): string {
  return align(
    measured.map((variant) => [variants[variant].title, variants[variant].about]),
    2,
  );
}
