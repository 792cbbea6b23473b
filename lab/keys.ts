/** The names of something, of the type that they have. */
export function keysOf<K extends string>(record: Readonly<Partial<Record<K, unknown>>>): K[] {
  // Object.keys knows nothing of the types of literals.
  return Object.keys(record) as K[];
}
