/**
 * Numbers from 0 to 1 that look like chance and are the same each time for the same seed: mulberry32.
 * A seed may be words, too.
 */
export function dice(seed: number | string): () => number {
  let state = typeof seed === "number" ? seed >>> 0 : hashOf(seed);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a, in 32 bits. */
function hashOf(words: string): number {
  return [...words].reduce(
    (hash, letter) => Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0,
    0x811c9dc5,
  );
}

/** The same in an order by chance, each order as likely as another. (Fisher and Yates.) */
export function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const mixed: T[] = [];
  for (const [at, one] of all.entries()) {
    const to = Math.floor(random() * (at + 1));
    const other = mixed[to];
    if (other === undefined) mixed.push(one);
    else {
      mixed.push(other);
      mixed[to] = one;
    }
  }
  return mixed;
}

/**
 * So many of them at most, each kept as likely as another, wherever it stands. (J. S. Vitter's
 * algorithm R, 1985.) To keep every tenth would not do: what comes in groups is then seen by its
 * first ones only.
 */
export function sample<T>(all: readonly T[], most: number, random: () => number): T[] {
  const kept = all.slice(0, most);
  for (let at = most; at < all.length; at += 1) {
    const to = Math.floor(random() * (at + 1));
    const one = all[at];
    if (to < most && one !== undefined) kept[to] = one;
  }
  return kept;
}
