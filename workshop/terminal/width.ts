import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** How many columns a text takes in a terminal: colours none, Chinese letters and emoji two each. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/**
 * Breaks one line where the terminal would, and keeps its colours on both sides of the break.
 *
 * @param hang how far what goes on below is moved in, in columns
 */
export function fold(line: string, width: number, hang = 0): string[] {
  if (stringWidth(line) <= width) return [line];
  const [first = "", ...rest] = breakAt(line, width);
  if (hang === 0 || hang >= width) return [first, ...rest];
  const below = breakAt(rest.join(""), width - hang);
  return [first, ...below.map((part) => " ".repeat(hang) + part)];
}

/** Breaks a text at its spaces into lines of that width. */
export function flow(text: string, width: number): string {
  return wrapAnsi(text, width);
}

function breakAt(line: string, width: number): string[] {
  const options = { hard: true, trim: false, wordWrap: false };
  return wrapAnsi(line, Math.max(width, 1), options).split("\n");
}

/** The line where it fits; else as much of it as does, and `…` at its end. */
export function cut(line: string, width: number): string {
  if (stringWidth(line) <= width) return line;
  if (width < 1) return "";
  return `${width > 1 ? (fold(line, width - 1)[0] ?? "") : ""}…`;
}
