import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../workshop/catalog.ts";
import type { Language } from "../../workshop/language.ts";
import type { Machine } from "../../workshop/verify/machine.ts";
import { ablation, nameOf, type Claims } from "./cells.ts";
import type { Figures } from "./figures.ts";
import { pageOf, type Row } from "./table.ts";

/** The table as it is kept, for people and for programs. */
export const TABLE = fileURLToPath(new URL("table.md", import.meta.url));
const JSON_FILE = fileURLToPath(new URL("table.json", import.meta.url));

/** The texts that it stands in, and in which language its notes are there. */
export const READMES: readonly { file: string; language: Language }[] = [
  { file: "README.md", language: "en" },
  { file: "README.ja.md", language: "ja" },
];

/** There it stands between these. */
const [FROM, TO] = ["<!-- ablation -->", "<!-- /ablation -->"];

/** What is kept for programs. */
interface KeptTable {
  /** When it was measured, as JSON has it. */
  date: string;
  machine: Machine;
  cells: { name: string; claims: Claims; figures: Figures }[];
}

/** Keeps the table: in Markdown, in JSON, and in both READMEs. */
export function keepTable(rows: readonly Row[], machine: Machine, date = new Date()): void {
  const cells = rows.map(({ cell, figures }) => ({
    name: nameOf(cell),
    claims: cell.claims,
    figures,
  }));
  const kept: KeptTable = { date: date.toISOString(), machine, cells };
  writeFileSync(TABLE, pageOf(rows, machine, date));
  writeFileSync(JSON_FILE, `${JSON.stringify(kept, null, 2)}\n`);
  for (const { file, language } of READMES) {
    const path = join(root, file);
    const page = pageOf(rows, machine, date, language);
    writeFileSync(path, withTable(readFileSync(path, "utf8"), page));
  }
}

/** The page that the kept figures give in a language. */
export function keptPage(language: Language): string {
  const { date, machine, cells }: KeptTable = JSON.parse(readFileSync(JSON_FILE, "utf8"));
  const rows = ablation.flatMap((cell) => {
    const figures = cells.find(({ name }) => name === nameOf(cell))?.figures;
    return figures ? [{ cell, figures }] : [];
  });
  return pageOf(rows, machine, new Date(date), language);
}

/** A text with another table between the marks. @throws Error when it has none. */
export function withTable(text: string, page: string): string {
  const [before, , after] = around(text);
  return `${before}${FROM}\n\n${page}\n${TO}${after}`;
}

/** What stands between the marks of a text. */
export function tableIn(text: string): string {
  return around(text)[1].trim();
}

function around(text: string): [string, string, string] {
  const [start, end] = [text.indexOf(FROM), text.indexOf(TO)];
  if (start < 0 || end < start) throw new Error(`The text has no ${FROM} … ${TO}.`);
  return [text.slice(0, start), text.slice(start + FROM.length, end), text.slice(end + TO.length)];
}
