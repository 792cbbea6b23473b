import { align } from "../relay/table.ts";
import { widthOf } from "../../workshop/terminal/width.ts";
import type { Plotted } from "../plot/data.ts";
import { number } from "./summary.ts";

/** What a figure shows, as rows of text; the first is the head, and theory comes last. */
export function rowsOf({ figure, panels, xs, unit }: Plotted): string[][] {
  const first = figure.panels ? [""] : [];
  const name = unit ? `${figure.y.title}, ${unit}` : figure.y.title;
  const head = figure.x
    ? [...first, figure.x.title, ...xs.map((x) => x.toLocaleString("en-GB"))]
    : [...first, "", name];
  const rows = panels.flatMap(({ title, lines, theory }) => [
    ...lines.map(({ label, points }) => [
      ...(figure.panels ? [title] : []),
      label,
      ...(figure.x
        ? xs.map((x) => points.find((point) => point.x === x)?.summary.text ?? "–")
        : points.map(({ summary }) => summary.text)),
    ]),
    ...theory.map(({ label, points }) => [
      ...(figure.panels ? [title] : []),
      label,
      ...xs.map((x) => {
        const y = points.find((point) => point.x === x)?.y;
        if (y === undefined) return "–";
        return figure.y.scale === "share" ? `${number(y * 100)} %` : number(y);
      }),
    ]),
  ]);
  return [head, ...rows];
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
