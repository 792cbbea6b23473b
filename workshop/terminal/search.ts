// Colours are control sequences.
/* oxlint-disable no-control-regex */
import { stripVTControlCharacters } from "node:util";

const STYLE = /(\x1b\[[\d;]*m)/;
/** Reverse video is no colour: it is there with NO_COLOR, too. */
const [ON, OFF] = ["\x1b[7m", "\x1b[27m"];

/** Whether a line with colours in it has this text, in capitals or not. */
export function has(line: string, text: string): boolean {
  return stripVTControlCharacters(line).toLowerCase().includes(text.toLowerCase());
}

/** The line with each place in reverse video where it has the text. */
export function mark(line: string, text: string): string {
  const isMarked = placesOf(stripVTControlCharacters(line), text);
  if (!isMarked.size) return line;
  let at = 0;
  let isOn = false;
  let marked = "";
  for (const [part, piece] of line.split(STYLE).entries()) {
    // Every second piece is a style, after which what was in reverse video may be so no longer.
    if (part % 2 === 1) {
      marked += isOn ? `${OFF}${piece}` : piece;
      isOn = false;
      continue;
    }
    for (const letter of piece.split("")) {
      if (isMarked.has(at) !== isOn) {
        isOn = !isOn;
        marked += isOn ? ON : OFF;
      }
      marked += letter;
      at += 1;
    }
  }
  return isOn ? `${marked}${OFF}` : marked;
}

/** Where the letters stand that belong to a place with the text. */
function placesOf(line: string, text: string): Set<number> {
  const places = new Set<number>();
  if (!text) return places;
  const [within, wanted] = [line.toLowerCase(), text.toLowerCase()];
  for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, at + wanted.length)) {
    for (let letter = at; letter < at + wanted.length; letter += 1) places.add(letter);
  }
  return places;
}
