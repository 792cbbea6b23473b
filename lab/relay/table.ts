import { keysOf } from "../keys.ts";
import { MOST_LAG_ALONE, whyInvalid, worstOf } from "../load/lag.ts";
import { figures, type Block, type Figure } from "./figures.ts";
import { summarize, type Rounds } from "./statistics.ts";
import type { Target } from "./targets.ts";
import { variants, type Variant } from "./variants.ts";

const NOTES = [
  "Median, in brackets the 99th percentile. The single process is measured beside the others each time.",
  "*   Sockets whose upgrade met a worker that did not have their session, where there is one. The",
  "    reference may then move the session to that worker; the relay leaves it where it is.",
  "**  Where nothing is relayed: the same request to the worker that has the session.",
  "Commands of Redis are those beyond what it does when idle. CPU is that of all workers, not of the",
  "primary process, which works for sticky only.",
];

/** The figures of all blocks, as text. */
export function tableOf(blocks: readonly Block[]): string {
  return [...blocks.map(blockTable), NOTES.join("\n")].join("\n\n");
}

function blockTable({ workers, variants: measured, lags, echo }: Block): string {
  const columns = keysOf(variants).filter((variant) => measured[variant]);
  const { median, p99 } = summarize(echo);
  const rows = keysOf(figures)
    .filter((figure) => columns.some((variant) => measured[variant]?.[figure]?.flat().length))
    .map((figure) => [
      withUnit(figure),
      ...columns.map((variant) => cell(figure, measured[variant]?.[figure])),
      ratio(figure, measured.relay?.[figure], measured.reference?.[figure]),
      ratio(figure, measured.relay?.[figure], measured.single?.[figure]),
    ]);
  const title = workers === 1 ? "1 worker: nothing is relayed" : `${workers} workers`;
  const head = [
    title,
    ...columns.map((variant) => variants[variant].title),
    "relay/ref",
    "relay/one",
  ];
  const floor = `bare echo by Redis between two processes: ${number(median)} (${number(p99)}) ms`;
  return [align([head, ...rows]), floor, ...lagLines(lags)].join("\n");
}

/** How late the clients' process was at worst, and what does not count for that. */
function lagLines(lags: Block["lags"]): string[] {
  const timed = keysOf(variants).flatMap((variant) =>
    keysOf(figures)
      .filter((figure) => figures[figure].isTimed)
      .map((figure) => ({ variant, figure, lag: worstOf(lags[variant]?.[figure] ?? []) })),
  );
  const { p99, max } = worstOf(timed.map(({ lag }) => lag));
  const late = timed.filter(({ lag }) => whyInvalid(lag, MOST_LAG_ALONE) !== undefined);
  return [
    `the clients' own lag, at worst: 99th percentile ${number(p99)} ms, longest ${number(max)} ms`,
    ...(late.length > 0
      ? [
          `They were late (more than ${MOST_LAG_ALONE.p99} or ${MOST_LAG_ALONE.max} ms), so this does not count:`,
          ...late.map(
            ({ variant, figure }) => `  ${variants[variant].title}: ${figures[figure].title}`,
          ),
        ]
      : []),
  ];
}

function withUnit(figure: Figure): string {
  const { title, unit } = figures[figure];
  return unit ? `${title}, ${unit}` : title;
}

function cell(figure: Figure, rounds: Rounds | undefined): string {
  if (!rounds?.flat().length) return "–";
  const { median, p99, mean } = summarize(rounds);
  const { show } = figures[figure];
  if (show === "median") return `${number(median)} (${number(p99)})`;
  return show === "share" ? `${Math.round(mean * 100)} %` : number(mean);
}

function ratio(figure: Figure, rounds: Rounds | undefined, others: Rounds | undefined): string {
  const { show } = figures[figure];
  if (!rounds?.length || !others?.length || show === "share") return "";
  const by = show === "median" ? "median" : "mean";
  const [value, other] = [summarize(rounds)[by], summarize(others)[by]];
  // What nobody does is no measure for anything.
  return other < 0.05 && show === "mean" ? "" : (value / other).toFixed(2);
}

/** Each target on a line: met or not, and both numbers. */
export function targetList(targets: readonly Target[]): string {
  const rows = targets.map(({ title, unit, value, against, ratio, most, rounds, isMet }) => [
    isMet ? "ok" : "missed",
    title,
    `${number(value)} : ${number(against.value)} ${unit} (${against.name})`,
    `= ${ratio.toFixed(2)}, at most ${most}`,
    `rounds ${rounds.map((bound) => bound.toFixed(2)).join("–")}`,
  ]);
  return align(rows, 2);
}

/** Three digits that count. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) < 0.005) return "0";
  const digits = Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(digits);
}

/** Columns of equal width: the first ones to the left, the others to the right. */
export function align(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((text, at) => {
          const width = widths?.[at] ?? 0;
          return at < left ? text.padEnd(width) : text.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What the columns are. */
export function legendOf(measured: readonly Variant[]): string {
  return align(
    measured.map((variant) => [variants[variant].title, variants[variant].about]),
    2,
  );
}
