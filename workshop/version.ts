/** Whether a version is as new as another: `22.3.0` is at least `20.19`. */
export function isAtLeast(version: string, oldest: string): boolean {
  const mine = version.split(".").map(Number);
  for (const [at, least] of oldest.split(".").map(Number).entries()) {
    const part = mine[at] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
