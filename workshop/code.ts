import wrapAnsi from "wrap-ansi";
import { widthOf } from "./terminal/width.ts";

const TAB = 4;
/** What a terminal takes for orders, and what turns the direction of the letters after it. */
const ORDERS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Code as it can be shown from column `from` on: a tab is spaces up to the next multiple of four, and
 * what a terminal would obey is a sign of its own.
 */
export function visible(code: string, from = 0): string {
  const [first = "", ...rest] = code.split("\t").map((piece) => piece.replace(ORDERS, signFor));
  let text = first;
  for (const piece of rest) {
    text += " ".repeat(TAB - ((from + widthOf(text)) % TAB)) + piece;
  }
  return text;
}

function signFor(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? "␡" : "�";
}

/** Breaks a line of code, which may have colours, where it can between words. */
export function foldCode(code: string, width: number): string[] {
  if (widthOf(code) <= width) return [code];
  return wrapAnsi(code, width, { hard: true, trim: false }).split("\n");
}
