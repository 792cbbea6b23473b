/** `24 November 2026, 14:03`, by the clock on the wall. */
export function dateTime(iso: string): string {
  const date = new Date(iso);
  const day = date.toLocaleDateString("en-GB", { dateStyle: "long" });
  return `${day}, ${date.toLocaleTimeString("en-GB", { timeStyle: "short" })}`;
}
