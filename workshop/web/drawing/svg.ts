import { escapeHtml } from "../../escape-html.ts";

/** The size of the letters, in the drawing's own units. */
export const FONT = 14;
/** From one line of text to the next. */
const LEADING = 18;

/** A label may have several lines: `<br>` or `<br/>` between them. */
export function linesOf(label: string): string[] {
  return label.split(/<br\s*\/?>/).map((line) => line.trim());
}

/** About how wide a text is: there is nobody here who could measure it. */
export function widthOf(label: string): number {
  const wide = (line: string) =>
    [...line].reduce((sum, letter) => sum + (/[ilj.,:;'|! ]/.test(letter) ? 0.36 : 0.6), 0);
  return Math.max(...linesOf(label).map(wide)) * FONT;
}

export function heightOf(label: string): number {
  return linesOf(label).length * LEADING;
}

/** A text around a point, with its first line's top at `y`. */
export function textAt(label: string, x: number, y: number, kind = ""): string {
  const rows = linesOf(label).map(
    (line, at) =>
      `<tspan x="${round(x)}" y="${round(y + at * LEADING + FONT)}">${escapeHtml(line)}</tspan>`,
  );
  return `<text class="${kind}" text-anchor="middle">${rows.join("")}</text>`;
}

export function boxAt(x: number, y: number, width: number, height: number, kind: string): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="6"/>`;
}

/** The head of an arrow at a point, to the right or to the left. */
export function headAt(x: number, y: number, direction: 1 | -1): string {
  const back = x - direction * 9;
  return `<path class="head" d="M${round(x)} ${round(y)}L${round(back)} ${round(y - 4.5)}V${round(y + 4.5)}Z"/>`;
}

/** The whole drawing. What it shows is told to who cannot see it. */
export function frame(width: number, height: number, about: string, parts: string[]): string {
  return `<svg viewBox="0 0 ${round(width)} ${round(height)}" style="max-width:${round(width)}px" role="img" aria-label="${escapeHtml(about)}">${parts.join("")}</svg>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
