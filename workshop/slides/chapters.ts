import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../catalog.ts";

/** Where the deck is written: one file a chapter. */
export const SLIDES = join(root, "slides");

/** Which of the deck's two lengths: the class of half a day, or the talk. */
export type Cut = "class" | "talk";

export interface Slide {
  /** What is shown, in Markdown. */
  text: string;
  /** What the speaker reads, in Markdown. */
  note: string;
  /** How long it takes, in minutes; a cut that leaves the slide out has none. */
  minutes: Partial<Record<Cut, number>>;
  /** Where it begins: `slides/03-cluster.md:14`. */
  at: string;
}

export interface Chapter {
  /** The file without its ending: `03-cluster`. */
  name: string;
  title: string;
  /** Fields at the head of the file, by name. */
  fields: Readonly<Record<string, string>>;
  slides: Slide[];
}

/** A mistake in what is written for the deck: which file, which line, what is wrong. */
export class SlideProblem extends Error {
  override readonly name = "SlideProblem";

  constructor(at: string, message: string) {
    super(`${at}: ${message}`);
  }
}

const HEAD = /^---\n([\s\S]*?)\n---\n/;
const NOTE = /^Note: (.+)$/m;
const MINUTES = /^(class|talk) (\d+(?:\.\d+)?) min$/;

/**
 * The chapters of the deck in order.
 *
 * @throws SlideProblem when one of them cannot be understood.
 */
export function readChapters(folder = SLIDES): Chapter[] {
  return readdirSync(folder)
    .filter((file) => /^\d\d-.*\.md$/.test(file))
    .sort()
    .map((file) => toChapter(file, readFileSync(join(folder, file), "utf8")));
}

/** What of a chapter belongs to a cut. */
export function cutOf(chapters: readonly Chapter[], cut: Cut): Chapter[] {
  return chapters
    .map((chapter) => ({
      ...chapter,
      slides: chapter.slides.filter(({ minutes }) => minutes[cut] !== undefined),
    }))
    .filter(({ slides }) => slides.length > 0);
}

/**
 * Takes a chapter apart: fields between two lines of `---`, then slides with `---` between them. On
 * each slide, what follows `Note: class 4 min, talk 2 min` is the speaker's.
 *
 * @throws SlideProblem
 */
export function toChapter(file: string, text: string): Chapter {
  const head = HEAD.exec(text);
  const fields = Object.fromEntries(
    (head?.[1] ?? "").split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim(), unquoted(line.slice(colon + 1).trim())];
    }),
  );
  const { title } = fields;
  if (!head || !title) {
    throw new SlideProblem(`slides/${file}:1`, "a chapter begins with ---, title: …, and ---.");
  }
  let line = head[0].split("\n").length;
  const slides = text
    .slice(head[0].length)
    .split(/^---$/m)
    .map((part) => {
      const leading = /^\s*/.exec(part)?.[0].split("\n").length ?? 1;
      const slide = toSlide(part, `slides/${file}:${line + leading - 1}`);
      line += part.split("\n").length - 1;
      return slide;
    });
  return { name: file.replace(/\.md$/, ""), title, fields, slides };
}

function toSlide(part: string, at: string): Slide {
  const found = NOTE.exec(part);
  if (!found) {
    throw new SlideProblem(at, "this slide has no line `Note: class 4 min, talk 2 min`.");
  }
  const minutes: Slide["minutes"] = {};
  for (const share of (found[1] ?? "").split(", ")) {
    const [, cut, count] = MINUTES.exec(share) ?? [];
    if (cut !== "class" && cut !== "talk") {
      throw new SlideProblem(at, `"${share}" is no time. Write: Note: class 4 min, talk 2 min`);
    }
    minutes[cut] = Number(count);
  }
  return {
    text: part.slice(0, found.index).trim(),
    note: part.slice(found.index + found[0].length).trim(),
    minutes,
    at,
  };
}

function unquoted(value: string): string {
  return value.replace(/^"(.*)"$/, "$1");
}
