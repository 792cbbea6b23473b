import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../workshop/catalog.ts";
import type { Machine } from "../../workshop/verify/machine.ts";
import { nameOf } from "./cells.ts";
import { pageOf, type Row } from "./table.ts";

/** The table as it is kept, for people and for programs. */
export const TABLE = fileURLToPath(new URL("table.md", import.meta.url));
const JSON_FILE = fileURLToPath(new URL("table.json", import.meta.url));
const README = join(root, "README.md");

/** In the README the table stands between these. */
const [FROM, TO] = ["<!-- ablation -->", "<!-- /ablation -->"];

/** Keeps the table: in Markdown, in JSON, and in the README. */
export function keepTable(rows: readonly Row[], machine: Machine, date = new Date()): void {
  const page = pageOf(rows, machine, date);
  const cells = rows.map(({ cell, figures }) => ({
    name: nameOf(cell),
    claims: cell.claims,
    figures,
  }));
  writeFileSync(TABLE, page);
  writeFileSync(JSON_FILE, `${JSON.stringify({ date, machine, cells }, null, 2)}\n`);
  writeFileSync(README, withTable(readFileSync(README, "utf8"), page));
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
  if (start < 0 || end < start) throw new Error(`README.md has no ${FROM} … ${TO}.`);
  return [text.slice(0, start), text.slice(start + FROM.length, end), text.slice(end + TO.length)];
}
