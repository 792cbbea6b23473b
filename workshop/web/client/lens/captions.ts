import { nameOf } from "../../../trace/line.ts";
import type { Fact } from "../../lens/facts.ts";
import type { Picture } from "./picture.ts";

/** The words beside a mark: what was said, and what it means. */
export interface Caption {
  fact: Fact;
  x: number;
  said: string;
  means: string | undefined;
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
    return { said: said || `refused: ${status}`, means, isRefused: true };
  }
  if (isRelayed && isForeign && owner && !fact.isRelayed) {
    return { said: "over Redis", means: `to ${nameOf(owner)}`, isRefused: false };
  }
  return undefined;
}

/**
 * The captions that fit beside each other; `first` gets one in any case, and so do refusals rather
 * than anything else.
 */
export function captionsOf(
  picture: Picture,
  isRelayed: (fact: Fact) => boolean,
  first: Fact | undefined,
): Caption[] {
  const taken = new Map<string, [number, number][]>();
  const captions: Caption[] = [];
  const place = (fact: Fact) => {
    const words = wordsOf(fact, isRelayed(fact));
    const point = words && picture.point(fact);
    if (!words || !point || !fact.lane) return;
    const letters = Math.max(words.said.length, words.means?.length ?? 0);
    const [from, to] = [point.x - 6, point.x + letters * LETTER + 12];
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
