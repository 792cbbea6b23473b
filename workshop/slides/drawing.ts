import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SLIDES, SlideProblem } from "./chapters.ts";
import { escapeHtml } from "./escape.ts";

/**
 * A drawing as part of the page, so that its style and its fragments are the deck's. Its ids are made
 * its own: what `#arrow` means must not depend on which other drawing was hidden before it.
 *
 * @throws SlideProblem when it is not there, or nobody says in words what it shows.
 */
export function inlineDrawing(href: string, alt: string, at: string): string {
  const file = join(SLIDES, href);
  if (!existsSync(file)) throw new SlideProblem(at, `there is no drawing ${href}.`);
  if (!alt) throw new SlideProblem(at, `the drawing ${href} has no text for who cannot see it.`);
  const own = `${at.replace(/\W+/g, "-")}-`;
  const svg = readFileSync(file, "utf8")
    .replace(/<\?[^]*?\?>\s*/g, "")
    .replace(/ id="/g, ` id="${own}`)
    .replace(/url\(#/g, `url(#${own}`)
    .replace("<svg ", `<svg role="img" aria-label="${escapeHtml(alt)}" `);
  return `<figure class="drawing">${svg}</figure>`;
}
