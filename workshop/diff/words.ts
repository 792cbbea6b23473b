import { diffWordsWithSpace } from "diff";

/** A piece of a line. */
export interface Part {
  text: string;
  /** Whether this very piece differs in a line that is otherwise alike. */
  isChanged: boolean;
}

/** Lines that share less than this part of their words are two lines, not one that was changed. */
const ALIKE = 0.5;
const COMMENT = /^\s*(?:\/\/|\/\*|\*|#)/;
/** More pairs than this are not worth comparing. */
const MOST_PAIRS = 10_000;

/** What differs inside two lines. */
export function markWords(mine: string, theirs: string): { mine: Part[]; theirs: Part[] } {
  const changes = diffWordsWithSpace(mine, theirs);
  const side = (leaves: "added" | "removed") =>
    changes
      .filter((change) => !change[leaves])
      .map(({ value, added, removed }) => ({ text: value, isChanged: added || removed }));
  return { mine: side("added"), theirs: side("removed") };
}

/**
 * Pairs the lines of two blocks where they are alike, in order, so that as much as possible is
 * paired; a line without a partner stands alone.
 */
export function pairUp<T extends { text: string }>(
  mine: readonly T[],
  theirs: readonly T[],
): [T | undefined, T | undefined][] {
  const alone: [T | undefined, T | undefined][] = [
    ...mine.map((line): [T, undefined] => [line, undefined]),
    ...theirs.map((line): [undefined, T] => [undefined, line]),
  ];
  if (mine.length * theirs.length > MOST_PAIRS) return alone;

  const ours = mine.map(({ text }) => wordsOf(text));
  const others = theirs.map(({ text }) => wordsOf(text));
  const likeness = (left: number, right: number) => {
    // The words of a comment tell of code; they do not become it.
    const isComment = COMMENT.test(mine[left]?.text ?? "");
    if (isComment !== COMMENT.test(theirs[right]?.text ?? "")) return 0;
    return alike(ours[left] ?? [], others[right] ?? []);
  };
  // best[i][j]: the likeness that can be had of what follows the lines i and j.
  const best = Array.from({ length: mine.length + 1 }, () =>
    Array.from({ length: theirs.length + 1 }, () => 0),
  );
  const score = (left: number, right: number) => best[left]?.[right] ?? 0;
  for (let left = mine.length - 1; left >= 0; left -= 1) {
    for (let right = theirs.length - 1; right >= 0; right -= 1) {
      const pair = likeness(left, right);
      const row = best[left];
      if (!row) continue;
      row[right] = Math.max(
        score(left + 1, right),
        score(left, right + 1),
        pair < ALIKE ? 0 : pair + score(left + 1, right + 1),
      );
    }
  }

  const pairs: [T | undefined, T | undefined][] = [];
  let [left, right] = [0, 0];
  while (left < mine.length || right < theirs.length) {
    const here = score(left, right);
    const pair = left < mine.length && right < theirs.length ? likeness(left, right) : 0;
    if (pair >= ALIKE && here === pair + score(left + 1, right + 1)) {
      pairs.push([mine[left++], theirs[right++]]);
    } else if (left < mine.length && here === score(left + 1, right)) {
      pairs.push([mine[left++], undefined]);
    } else {
      pairs.push([undefined, theirs[right++]]);
    }
  }
  return pairs;
}

/** Its words; of a line that has none, its brackets and the like. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_$]+/gu) ?? text.match(/\S/g) ?? [];
}

/** How many words two lines share, from 0 to 1. */
function alike(mine: readonly string[], theirs: readonly string[]): number {
  const rest = [...theirs];
  let shared = 0;
  for (const word of mine) {
    const at = rest.indexOf(word);
    if (at < 0) continue;
    rest.splice(at, 1);
    shared += 1;
  }
  return (2 * shared) / Math.max(1, mine.length + theirs.length);
}
