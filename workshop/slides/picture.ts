import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "../catalog.ts";
import { SLIDES, SlideProblem } from "./chapters.ts";
import { escapeHtml } from "../escape-html.ts";

/** The lab's committed reports, and where the deck's server has them. */
export const REPORTS = { folder: join(root, "lab", "reports"), path: "/lab/reports" };
/** A figure of such a report has a picture for each theme. */
const FIGURE = /\.light\.svg$/;

/**
 * A picture: a drawing of the deck's, or a figure of a report of the lab in both themes, of which the
 * page shows its own.
 *
 * @throws SlideProblem when it is not there, or nobody says in words what it shows.
 */
export function pictureBlock(href: string, alt: string, at: string): string {
  const file = join(SLIDES, href);
  if (!existsSync(file)) throw new SlideProblem(at, `there is no picture ${href}.`);
  if (!alt) throw new SlideProblem(at, `the picture ${href} has no text for who cannot see it.`);
  if (file.startsWith(REPORTS.folder)) return figure(file, alt);
  return `<figure class="drawing">${drawing(file, alt, at)}</figure>`;
}

/**
 * A drawing as part of the page, so that its style and its fragments are the deck's. Its ids are made
 * its own: what `#arrow` means must not depend on which other drawing was hidden before it.
 */
function drawing(file: string, alt: string, at: string): string {
  const own = `${at.replace(/\W+/g, "-")}-`;
  return readFileSync(file, "utf8")
    .replace(/<\?[^]*?\?>\s*/g, "")
    .replace(/ id="/g, ` id="${own}`)
    .replace(/url\(#/g, `url(#${own}`)
    .replace("<svg ", `<svg role="img" aria-label="${escapeHtml(alt)}" `);
}

function figure(file: string, alt: string): string {
  const experiment = basename(dirname(file));
  const [light, dark] = (["light", "dark"] as const).map((theme) => {
    const name = basename(file).replace(FIGURE, `.${theme}.svg`);
    return `<img class="${theme}" src="${REPORTS.path}/${experiment}/${name}" alt="${escapeHtml(alt)}">`;
  });
  return `<figure class="plot">${light}${dark}</figure>`;
}
