// This file is about control characters.
/* oxlint-disable no-control-regex */
import colors from "picocolors";

/** A longer line than this is no reading matter; what follows is counted. In characters. */
const LONGEST = 2_000;

/** Colours and weights: the only orders to a terminal that can be ended with the line. */
const STYLE = /\x1b\[[\d;]*m/g;
/** Orders that carry a text: window titles, links, the clipboard. Where the end is missing, all of it. */
const WITH_TEXT = /(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)/g;
/** All other orders: those with parameters, and those of one or two letters. */
const ORDER = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
/** What cannot be seen and is not harmless, as what joins the parts of an emoji is. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Makes a text that somebody else has written (the learner's app, a request) safe to print: what
 * moves the cursor, clears the screen or rings the bell is left out or spelled (`\x07`), and of a
 * line that was written over again and again (`\r`) the end is shown. Colours stay, and end with
 * their line.
 */
export function clean(text: string): string {
  return text
    .split("\n")
    .map((line) => cleanLine(line.trimEnd().split("\r").at(-1) ?? ""))
    .join("\n");
}

function cleanLine(line: string): string {
  const shown = line.slice(0, LONGEST).replace(WITH_TEXT, "");
  const rest = line.length > LONGEST ? `… (${line.length - LONGEST} more)` : "";
  const words = shown.split(STYLE).map(spell);
  if (words.length === 1 || !colors.isColorSupported) return words.join("") + rest;
  const styles = shown.match(STYLE) ?? [];
  return `${words.map((word, at) => word + (styles[at] ?? "")).join("")}\x1b[0m${rest}`;
}

function spell(text: string): string {
  return text
    .replace(ORDER, "")
    .replaceAll("\t", "    ")
    .replace(UNSEEN, (letter) => {
      const code = (letter.codePointAt(0) ?? 0).toString(16);
      return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`;
    });
}
