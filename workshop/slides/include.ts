import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { root } from "../catalog.ts";
import { visible } from "../code.ts";
import { takeApart } from "../regions.ts";
import { SlideProblem } from "./chapters.ts";

/** A line that is a comment and nothing else; `#name` is a member of a class. */
const COMMENT = /^\s*(\/\/|\/?\*|#\s)/;

/** A piece of a file of the clone, as it stands there. */
export interface Included {
  file: string;
  /** By its ending: `ts`, `cjs`, `conf`. */
  language: string;
  lines: string[];
  /** Whether the comments have been left out. */
  isBare: boolean;
}

/**
 * Takes code out of the clone, so that a slide never shows what nobody runs. One line says which:
 *
 *     solutions/03-cluster/ecosystem.config.cjs 3.1
 *     solutions/06-redis-adapter/server.ts 6.3 from everywhere
 *     solutions/05-pubsub-by-hand/news.ts from export interface News
 *     solutions/05-pubsub-by-hand/redis.ts 5.1 without comments
 *
 * a region; of the region, or of the file, the block that begins on the first line with these words;
 * without the lines that hold a comment only, where the speaker says what they say.
 *
 * @throws SlideProblem when the file, the region or the line is not there.
 */
export function include(wish: string, at: string): Included {
  const [, file = "", region, from, bare] =
    /^(\S+)(?: (\d+\.\d+))?(?: from (.+?))?( without comments)?$/.exec(wish.trim()) ?? [];
  if (!file || !existsSync(join(root, file))) {
    throw new SlideProblem(at, `there is no file "${file || wish}" to take code from.`);
  }
  const parts = takeApart(readFileSync(join(root, file), "utf8"));
  const found = region ? parts.regions.find(({ name }) => name === region)?.lines : parts.all;
  if (!found) throw new SlideProblem(at, `${file} has no region ${region}.`);
  const lines = from ? blockFrom(found, from) : found;
  if (lines.length === 0) throw new SlideProblem(at, `${file} has no line with "${from}" there.`);
  const kept = bare ? lines.filter((line) => !COMMENT.test(line)) : lines;
  return {
    file,
    language: extname(file).slice(1),
    lines: dedent(trimmed(kept)),
    isBare: bare !== undefined,
  };
}

/** What stands in a file of the clone between `<!-- name -->` and `<!-- /name -->`. @throws SlideProblem */
export function includeBetween(wish: string, at: string): string {
  const [file = "", name = ""] = wish.trim().split(" ");
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "";
  const [, inside] = new RegExp(`<!-- ${name} -->([^]*)<!-- /${name} -->`).exec(text) ?? [];
  if (inside) return inside.trim();
  throw new SlideProblem(at, `there is no <!-- ${name} --> in "${file}".`);
}

/** From the line with these words, and the comment above it, to the next that is indented no deeper. */
function blockFrom(lines: readonly string[], words: string): string[] {
  const first = lines.findIndex((line) => line.includes(words));
  const line = lines[first];
  if (line === undefined) return [];
  let start = first;
  while (COMMENT.test(lines[start - 1] ?? "")) start -= 1;
  const indent = indentOf(line);
  const isOpen = /[{([]$/.test(line);
  const rest = lines.slice(first + 1).findIndex((next) => next.trim() && indentOf(next) <= indent);
  const end = isOpen && rest >= 0 ? first + 1 + rest : first;
  return lines.slice(start, end + 1);
}

function trimmed(lines: readonly string[]): string[] {
  const isFull = (line: string) => line.trim() !== "";
  return lines.slice(lines.findIndex(isFull), lines.findLastIndex(isFull) + 1);
}

function dedent(lines: readonly string[]): string[] {
  const least = Math.min(...lines.filter((line) => line.trim()).map(indentOf));
  return lines.map((line) => visible(line.slice(least)));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
