import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./frame/experiment.ts";
import { Summaries, type Summary } from "./frame/summary.ts";

/**
 * A text that quotes a figure says in a comment which, and the paragraph below it holds its numbers:
 *
 *     <!-- lab handshake connected fix=none workers=4 …: 2 of 40 -->
 *
 * Several beside each other, as in a row of a table, are parted by `|`:
 *
 *     <!-- lab handshake connected fix=none|relay workers=4 …: 2 of 40 | 40 of 40 -->
 */
const MARK = /<!-- lab (\S+) (\S+) ([^:>]*?): ?([^>]*?) -->/g;

/** A figure that a text quotes. */
export interface Quote {
  experiment: string;
  measure: string;
  at: Place;
  /** What the comment says that the report says. */
  text: string;
  /** The paragraph, list or table below the comment. */
  below: string;
}

/** The quotes of a text, in order. */
export function quotesIn(markdown: string): Quote[] {
  return [...markdown.matchAll(MARK)].flatMap((match) => {
    const [whole, experiment = "", measure = "", place = "", text = ""] = match;
    const rest = markdown.slice(match.index + whole.length).replace(/^\s*(<!--[^>]*-->\s*)*/, "");
    const below = rest.split(/\n\s*\n/)[0] ?? "";
    return text.split("|").map((one, nth) => ({
      experiment,
      measure,
      at: placeOf(place, nth),
      text: one.trim(),
      below,
    }));
  });
}

/** @param nth which one, of values that are parted by `|` */
function placeOf(words: string, nth: number): Place {
  const pairs = words.split(/\s+/).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", values = ""] = pair.split("=");
      const all = values.split("|");
      const value = all.length > 1 ? (all[nth] ?? "") : values;
      return [name, /^\d+$/.test(value) ? Number(value) : value];
    }),
  );
}

/** What is wrong with a quote; nothing when a committed report says the same. */
export function flawOf(quote: Quote, reports: string): string | undefined {
  const { experiment, measure, at, text, below } = quote;
  const file = join(reports, experiment, "result.json");
  if (!existsSync(file)) return `there is no committed report of ${experiment}`;
  const said = summariesIn(file).at(measure, at)?.text;
  if (said === undefined) return `the report of ${experiment} has no ${measure} there`;
  if (said !== text) return `the report says ${said}, and the comment says ${text}`;
  const missing = numbersIn(text).filter((number) => !numbersIn(below).includes(number));
  return missing.length > 0 ? `the text below does not say ${missing.join(" and ")}` : undefined;
}

/** By file: a report has megabytes of samples, and many texts quote it. */
const read = new Map<string, Summaries>();

function summariesIn(file: string): Summaries {
  let found = read.get(file);
  if (!found) {
    const { summaries }: { summaries: Summary[] } = JSON.parse(readFileSync(file, "utf8"));
    read.set(file, (found = new Summaries(summaries)));
  }
  return found;
}

/** The numbers of a text; of a figure with an interval, only the figure itself. */
function numbersIn(text: string): string[] {
  const figure = text.replace(/ \([^)]*–[^)]*\)$/, "");
  return figure.match(/\d+(?:[.,]\d+)*/g) ?? [];
}
