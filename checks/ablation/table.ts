import type { Language } from "../../workshop/language.ts";
import type { Machine } from "../../workshop/verify/machine.ts";
import type { CellReport } from "../../workshop/verify/report.ts";
import { ablation, nameOf, type AblationCell } from "./cells.ts";
import { textOf, type Figures } from "./figures.ts";

/** A cell with what was measured of it. */
export interface Row {
  cell: AblationCell;
  figures: Figures;
}

const HEAD = [
  "handshake",
  "adapter",
  "default clients",
  "WebSocket only",
  "polling only",
  "messages",
  "pages",
];

/** What stands in the column of the messages where nobody could come in. */
const NOBODY = "nobody there";

function cellsOf({ cell, figures }: Row): string[] {
  return [
    cell.handshake,
    cell.adapter,
    textOf(figures.byDefault),
    textOf(figures.webSocket),
    textOf(figures.polling),
    figures.messages.of <= 1 ? NOBODY : textOf(figures.messages),
    textOf(figures.pages),
  ];
}

/** What a report knows of the ablation, in the order of the table: of each cell its latest figures. */
export function rowsOf(cells: readonly CellReport[]): Row[] {
  return ablation.flatMap((cell) => {
    const report = cells.find(({ kind, name }) => kind === "ablation" && name === nameOf(cell));
    const figures = report?.runs.findLast((run) => isFigures(run.figures))?.figures;
    return isFigures(figures) ? [{ cell, figures }] : [];
  });
}

function isFigures(value: object | undefined): value is Figures {
  return value !== undefined && "byDefault" in value && "messages" in value;
}

/** The table for a terminal, at most 100 columns wide. */
export function tableText(rows: readonly Row[]): string {
  const all = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((text, at) => (at < 2 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  // A line between one way and the next.
  return lines.flatMap((line, at) => (at % 2 === 1 && at > 0 ? ["", line] : [line])).join("\n");
}

/** The same in Markdown, as Prettier would lay it out. */
export function tableMarkdown(rows: readonly Row[]): string {
  const all = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0), 3));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => (at < 2 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, at) =>
    at < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(HEAD), line(rule), ...all.slice(1).map(line)].join("\n");
}

/** What the columns are, in the words that go with both. */
const LEGEND: Record<Language, readonly string[]> = {
  en: [
    "Clients come one after the other and try once; by default they poll first, and then upgrade.",
    "Messages: eight people come as the page does; each says one thing, which all eight should hear.",
    "Pages: loads in Chromium that come to a WebSocket without a refused request.",
    "Sticky: four ports, and nginx with a cookie in front of them.",
  ],
  ja: [
    "クライアントは 1 つずつ順番に、1 回だけ接続を試みます。既定では、まずポーリングし、それからアップグレードします。",
    "messages：8 人がページと同じ方法で参加し、1 人 1 回ずつ発言します。8 人全員に届くはずです。",
    "pages：Chromium で読み込んだうち、1 つも拒否されずに WebSocket に達した回数です。",
    "sticky：4 つのポートと、その前に置いた、クッキーを使う nginx です。",
  ],
};

/** By which command it was measured, on what, and when. */
const MEASURED: Record<Language, (on: string, day: string) => string> = {
  en: (on, day) =>
    `Measured by \`npm run verify -- --ablation\`. Four workers under ${on}; ${day}.`,
  ja: (on, day) =>
    `\`npm run verify -- --ablation\` による計測です。${on}。ワーカーは 4 つ、${day}。`,
};

/** A day of the calendar, the same wherever it is written down. */
const DAY: Record<Language, (date: Date) => string> = {
  en: (date) => date.toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" }),
  ja: (date) =>
    date
      .toLocaleDateString("ja-JP", { dateStyle: "long", timeZone: "UTC" })
      .replace(/\d+/g, " $& ")
      .trim(),
};

function measured({ versions }: Machine, date: Date, language: Language): string {
  const on = [
    `pm2 ${versions.pm2}`,
    `Node ${versions.node}`,
    `Socket.IO ${versions["socket.io"]}`,
    `Redis ${versions["redis-server"]}`,
    `Chromium ${versions.chromium}`,
  ];
  return MEASURED[language](on.join(", "), DAY[language](date));
}

/** All of it for a terminal. */
export function textOfTable(rows: readonly Row[], machine: Machine, date: Date): string {
  return [tableText(rows), "", ...LEGEND.en, measured(machine, date, "en")].join("\n");
}

/** What stands in table.md and, in its own language, in each README. */
export function pageOf(
  rows: readonly Row[],
  machine: Machine,
  date: Date,
  language: Language = "en",
): string {
  const notes = [...LEGEND[language], measured(machine, date, language)].map((line) => `- ${line}`);
  return [tableMarkdown(rows), "", ...notes, ""].join("\n");
}

/** What a table in Markdown says of each cell, by its name: the texts of its columns. */
export function readTable(markdown: string): Map<string, string[]> {
  const rows = markdown
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((text) => text.trim()),
    );
  return new Map(
    ablation.map((cell) => {
      const row = rows.find(
        ([handshake, adapter]) => handshake === cell.handshake && adapter === cell.adapter,
      );
      return [nameOf(cell), row?.slice(2) ?? []];
    }),
  );
}

/** The figures that such texts stand for. */
export function figuresOf(texts: readonly string[]): Figures {
  const [byDefault, webSocket, polling, messages, pages] = texts.map(countOf);
  if (!byDefault || !webSocket || !polling || !messages || !pages) {
    throw new Error(`This is no row of the table: ${texts.join(" | ")}`);
  }
  return { byDefault, webSocket, polling, messages, pages };
}

function countOf(text: string): { held: number; of: number } {
  const [, held, of] = /^(\d+) of (\d+)$/.exec(text) ?? [];
  return { held: Number(held ?? 0), of: Number(of ?? 0) };
}
