import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SLIDES, SlideProblem } from "./chapters.ts";
import { escapeHtml } from "./escape.ts";

/** A figure of the lab, which has a picture for each theme. */
const FIGURE = /\.light\.svg$/;

/**
 * A picture as part of the page: a drawing of the deck's, or a figure of a committed report of the lab
 * in both themes, of which the page shows its own.
 *
 * @throws SlideProblem when it is not there, or nobody says in words what it shows.
 */
export function inlinePicture(href: string, alt: string, at: string): string {
  if (!alt) throw new SlideProblem(at, `the picture ${href} has no text for who cannot see it.`);
  if (!FIGURE.test(href)) {
    return `<figure class="drawing">${inlineSvg(href, { alt, at, theme: "both" })}</figure>`;
  }
  const [light, dark] = [
    inlineSvg(href, { alt, at, theme: "light" }),
    inlineSvg(href.replace(FIGURE, ".dark.svg"), { alt, at, theme: "dark" }),
  ];
  return `<figure class="drawing">${light}${dark}</figure>`;
}

/**
 * A drawing's style and its fragments are the deck's. Its ids are made its own: what `#arrow` means must
 * not depend on which other drawing was hidden before it.
 */
function inlineSvg(
  href: string,
  { alt, at, theme }: { alt: string; at: string; theme: "light" | "dark" | "both" },
): string {
  const file = join(SLIDES, href);
  if (!existsSync(file)) throw new SlideProblem(at, `there is no picture ${href}.`);
  const own = `${at.replace(/\W+/g, "-")}-`;
  return readFileSync(file, "utf8")
    .replace(/<\?[^]*?\?>\s*/g, "")
    .replace(/ role="img" aria-labelledby="[^"]*"/, "")
    .replace(/ id="/g, ` id="${own}`)
    .replace(/url\(#/g, `url(#${own}`)
    .replace("<svg ", `<svg role="img" class="${theme}" aria-label="${escapeHtml(alt)}" `);
}
