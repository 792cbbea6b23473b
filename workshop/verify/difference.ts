import { ANY } from "../elision.ts";
import { matchesLine } from "./transcript.ts";

/**
 * What was written down and what was seen, line by line: `-` before a line that was written down and
 * not seen, `+` before one that was seen and not written down, `…` before one that goes with a lone `…`.
 */
export function differenceOf(written: string, seen: string): string {
  const [before, after] = [linesOf(written), linesOf(seen)];
  const costs = costsOf(before, after);
  const shown: string[] = [];
  let at: Place = { i: 0, j: 0 };
  while (at.i < before.length || at.j < after.length) {
    const best = movesFrom(at, before, after).sort(
      (a, b) => a.price + costOf(costs, a.to) - (b.price + costOf(costs, b.to)),
    )[0];
    if (!best) throw new Error("unreachable: one of both has a further line");
    shown.push(best.show.trimEnd());
    at = best.to;
  }
  return shown.join("\n");
}

/** How many lines of each text are done. */
interface Place {
  i: number;
  j: number;
}

interface Move {
  to: Place;
  /** 1 for a line that has no counterpart. */
  price: number;
  show: string;
}

function movesFrom({ i, j }: Place, before: readonly string[], after: readonly string[]): Move[] {
  const [written, seen] = [before[i], after[j]];
  const isAny = written?.trim() === ANY;
  const moves: Move[] = [];
  if (written !== undefined && seen !== undefined && !isAny && matchesLine(written, seen)) {
    moves.push({ to: { i: i + 1, j: j + 1 }, price: 0, show: `  ${seen}` });
  }
  // A lone `…` goes with any number of lines.
  const price = isAny ? 0 : 1;
  if (written !== undefined) {
    moves.push({ to: { i: i + 1, j }, price, show: `${isAny ? " " : "-"} ${written}` });
  }
  if (seen !== undefined) {
    moves.push({ to: { i, j: j + 1 }, price, show: `${isAny ? ANY : "+"} ${seen}` });
  }
  return moves;
}

/** How many lines have no counterpart at least, from each place on to the end. */
function costsOf(before: readonly string[], after: readonly string[]): number[][] {
  const costs: number[][] = Array.from({ length: before.length + 1 }, () => []);
  for (let i = before.length; i >= 0; i -= 1) {
    for (let j = after.length; j >= 0; j -= 1) {
      const all = movesFrom({ i, j }, before, after).map(
        ({ to, price }) => price + costOf(costs, to),
      );
      (costs[i] ??= [])[j] = all.length ? Math.min(...all) : 0;
    }
  }
  return costs;
}

function costOf(costs: readonly (readonly number[])[], { i, j }: Place): number {
  return costs[i]?.[j] ?? 0;
}

function linesOf(text: string): string[] {
  return text.trimEnd().split("\n");
}
