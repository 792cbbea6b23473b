import { mean, median, percentile } from "../relay/statistics.ts";
import { align, number } from "../relay/table.ts";
import type { Block, Samples } from "./measure.ts";
import { variants, type Variant } from "./variants.ts";

interface Row {
  title: string;
  cell: (rounds: readonly Samples[]) => string;
}

const rows: readonly Row[] = [
  {
    title: "connected at first try",
    cell: (all) => `${all.flatMap(({ connected }) => connected).length} of ${tried(all)}`,
  },
  {
    title: "connect, until connected, ms",
    cell: (all) => time(all.flatMap(({ connected }) => connected)),
  },
  {
    title: "connect, until on a WebSocket, ms",
    cell: (all) => time(all.flatMap(({ upgraded }) => upgraded)),
  },
  {
    title: "  messages of the relay for it",
    cell: (all) => average(all.map(({ connectPublishes }) => connectPublishes)),
  },
  {
    title: "acknowledged message on a WebSocket, ms",
    cell: (all) => time(all.flatMap(({ roundTrip }) => roundTrip)),
  },
  {
    title: "  messages of the relay for it",
    cell: (all) => average(all.map(({ publishes }) => publishes)),
  },
  {
    title: "acknowledged message, polling only, ms",
    cell: (all) => time(all.flatMap(({ polling }) => polling?.roundTrip ?? [])),
  },
  {
    title: "  messages of the relay for it",
    cell: (all) => average(all.flatMap(({ polling }) => polling?.publishes ?? [])),
  },
  {
    title: "sessions on host a, on host b",
    cell: (all) => `${sessions(all, "a")}, ${sessions(all, "b")}`,
  },
];

function tried(all: readonly Samples[]): number {
  return all.reduce((sum, round) => sum + round.tried, 0);
}

function sessions(all: readonly Samples[], host: string): number {
  return all.reduce((sum, { hosts }) => sum + (hosts[host] ?? 0), 0);
}

/** The figures of all blocks, as text. */
export function tableOf(blocks: readonly Block[]): string {
  return [...blocks.map(blockTable), "Median, in brackets the 99th percentile."].join("\n\n");
}

function blockTable({ workers, variants: measured }: Block): string {
  const columns = (Object.keys(variants) as Variant[]).flatMap((variant) => {
    const all = measured[variant];
    return all ? [{ title: variants[variant].title, all }] : [];
  });
  return align([
    [
      `2 hosts, ${workers} worker${workers === 1 ? "" : "s"} each`,
      ...columns.map(({ title }) => title),
    ],
    ...rows.map(({ title, cell }) => [title, ...columns.map(({ all }) => cell(all))]),
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
