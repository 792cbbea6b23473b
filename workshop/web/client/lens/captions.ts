import type { WorkerId } from "../../../trace/events.ts";
import { nameOf } from "../../../trace/line.ts";
import type { Fact } from "../../lens/facts.ts";
import { rowIn, type Geometry } from "./geometry.ts";
import type { Picture } from "./picture.ts";

/** The words beside a mark: what was said, and what it means. */
export interface Caption {
  fact: Fact;
  x: number;
  said: string;
  means: string | undefined;
  /** Both in one line. */
  short: string;
  isRefused: boolean;
}

/** How wide a letter is, in px, for words of that size: enough to see whether they fit. */
const LETTER = 6.9;

/** What is worth words where there is room. */
function wordsOf(fact: Fact, isRelayed: boolean): Omit<Caption, "fact" | "x"> | undefined {
  const { tone, says, isForeign, owner, status } = fact;
  if (tone === "refused") {
    const [said = "", why] = says.split(" · ");
    const means = isForeign && owner ? `belongs to ${nameOf(owner)}` : why;
    const short = isForeign && owner ? `${said} → ${briefly(owner)}` : said;
    return { said: said || `refused: ${status}`, means, short, isRefused: true };
  }
  if (isRelayed && isForeign && owner && !fact.isRelayed) {
    const means = `to ${nameOf(owner)}`;
    return { said: "over Redis", means, short: `Redis → ${briefly(owner)}`, isRefused: false };
  }
  return undefined;
}

/** `worker 1`, `b·1`: there is little room. */
function briefly({ host, instance }: WorkerId): string {
  return host ? `${host}·${instance}` : `worker ${instance}`;
}

/**
 * The captions that fit beside each other; `first` gets one in any case, and so do refusals rather
 * than anything else.
 */
export function captionsOf(
  picture: Picture,
  geometry: Geometry,
  isRelayed: (fact: Fact) => boolean,
  first: Fact | undefined,
): Caption[] {
  const taken = new Map<string, [number, number][]>();
  const captions: Caption[] = [];
  const place = (fact: Fact) => {
    const words = wordsOf(fact, isRelayed(fact));
    const point = words && picture.point(fact);
    if (!words || !point || !fact.lane) return;
    const isLow = rowIn(geometry, fact.lane)?.isLow;
    const texts = isLow ? [words.short] : [words.said, words.means ?? ""];
    const letters = Math.max(...texts.map(({ length }) => length));
    const [from, to] = [point.x - 6, point.x + letters * LETTER * geometry.scale + 12];
    const others = taken.get(fact.lane) ?? [];
    if (others.some(([start, end]) => from < end && to > start)) return;
    taken.set(fact.lane, [...others, [from, to]]);
    captions.push({ fact, x: point.x, ...words });
  };
  if (first) place(first);
  const facts = picture.items.map(({ fact }) => fact);
  for (const fact of facts) if (fact.tone === "refused" && fact !== first) place(fact);
  for (const fact of facts) if (fact.tone !== "refused" && fact !== first) place(fact);
  return captions;
}
