/** Stands for what is another one each time. */
export const ANY = "…";

/** The source of a regular expression for a text in which each `…` stands for anything. */
export function patternOf(text: string): string {
  return text
    .split(ANY)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
    .join(".*?");
}

/** Whether all of a text is as another one says in which each `…` stands for anything. */
export function isLike(pattern: string, text: string): boolean {
  return new RegExp(`^${patternOf(pattern)}$`, "su").test(text);
}
