import { align } from "../relay/table.ts";
import { widthOf } from "../../workshop/terminal/width.ts";
import type { Plotted } from "../plot/data.ts";
import { number, withInterval, type Summary } from "./summary.ts";

/** How late the load itself was, at worst: what is timed is off by so much. */
const LAG = "(the load's own lag, p99)";

/** What a figure shows, as rows of text: the head, what was measured, theory, and how late the load was. */
export function rowsOf({ figure, panels, xs, unit }: Plotted): string[][] {
  const first = figure.panels ? [""] : [];
  const name = unit ? `${figure.y.title}, ${unit}` : figure.y.title;
  const isTimed = panels.some(({ lines }) =>
    lines.some(({ points }) => points.some(({ summary }) => summary.lag !== undefined)),
  );
  const head = figure.x
    ? [...first, figure.x.title, ...xs.map((x) => x.toLocaleString("en-GB"))]
    : [...first, "", name, ...(isTimed ? [LAG] : [])];
  const rows = panels.flatMap(({ title, lines, theory }) => {
    const all = lines.flatMap(({ points }) => points);
    const named = (label: string, cells: string[]) => [
      ...(figure.panels ? [title] : []),
      label,
      ...cells,
    ];
    return [
      ...lines.map(({ label, points }) =>
        named(
          label,
          figure.x
            ? xs.map((at) => textAt(points.find(({ x }) => x === at)?.summary))
            : points.flatMap(({ summary }) => [
                withInterval(summary),
                ...(isTimed ? [lagOf([summary])] : []),
              ]),
        ),
      ),
      ...theory.map(({ label, points }) =>
        named(
          label,
          xs.map((at) => {
            const y = points.find(({ x }) => x === at)?.y;
            if (y === undefined) return "–";
            return figure.y.scale === "share" ? `${number(y * 100)} %` : number(y);
          }),
        ),
      ),
      ...(figure.x && isTimed
        ? [
            named(
              LAG,
              xs.map((at) => lagOf(all.filter(({ x }) => x === at).map(({ summary }) => summary))),
            ),
          ]
        : []),
    ];
  });
  return [head, ...rows];
}

function textAt(summary: Summary | undefined): string {
  return summary ? withInterval(summary) : "–";
}

function lagOf(summaries: readonly Summary[]): string {
  const lags = summaries.flatMap(({ lag }) => lag ?? []);
  return lags.length > 0 ? `${number(Math.max(...lags))} ms` : "–";
}

/** How many of the first columns are names. */
function namesIn({ figure }: Plotted): number {
  return figure.panels ? 2 : 1;
}

/** The table for a terminal: what stands in the head need not stand in each cell, too. */
export function tableText(plotted: Plotted): string {
  const [head = [], ...rows] = rowsOf(plotted);
  const { unit } = plotted;
  const short = (cell: string) => (unit ? cell.replaceAll(` ${unit}`, "") : cell);
  const named =
    plotted.figure.x && unit
      ? head.with(namesIn(plotted) - 1, `${unit}, by ${plotted.figure.x.title}`)
      : head;
  return align([named, ...rows.map((row) => row.map(short))], namesIn(plotted));
}

/** The same in Markdown, as Prettier lays it out. */
export function tableMarkdown(plotted: Plotted): string {
  const rows = rowsOf(plotted);
  const names = namesIn(plotted);
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => widthOf(row[at] ?? ""))),
  );
  const line = (row: readonly string[]) =>
    `| ${widths
      .map((width, at) => {
        const cell = row[at] ?? "";
        const pad = " ".repeat(Math.max(0, width - widthOf(cell)));
        return at < names ? cell + pad : pad + cell;
      })
      .join(" | ")} |`;
  const rule = widths.map((width, at) =>
    at < names ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  const [head = [], ...others] = rows;
  return [line(head), line(rule), ...others.map(line)].join("\n");
}
