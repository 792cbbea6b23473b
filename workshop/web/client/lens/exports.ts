import { describeFilter } from "../../lens/filter.ts";
import { transcriptOf } from "../../lens/transcript.ts";
import type { LensModel } from "./model.ts";

/** What a drawing needs to look elsewhere as it looks here: there is no style sheet there. */
const INHERITED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "stroke-opacity",
  "paint-order",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "letter-spacing",
];
/** The same, of what an element does not have from the one around it, with what it has by itself. */
const OWN = { opacity: "1", "stop-color": "rgb(0, 0, 0)", "stop-opacity": "1" };

/** What is shown, as text to be pasted into an issue. */
export function transcript(model: LensModel): string {
  const { board, filter, cursor = Infinity } = model;
  return transcriptOf({
    step: board.step,
    lanes: board.lanes,
    pids: board.totals.lanes,
    facts: model.shown.filter(({ n }) => n <= cursor),
    kept: board.size,
    dropped: board.dropped,
    filter: describeFilter(filter),
  });
}

/** Puts it into the clipboard. Gives what came of it, in words. */
export async function copyTranscript(model: LensModel): Promise<string> {
  try {
    await navigator.clipboard.writeText(transcript(model));
    return "The transcript is in the clipboard.";
  } catch {
    return saveTranscript(model);
  }
}

export function saveTranscript(model: LensModel): string {
  save(new Blob([transcript(model)], { type: "text/plain;charset=utf-8" }), "lens.txt");
  return "The transcript is saved as lens.txt.";
}

/** Saves what is seen as a drawing, or as pixels, two for each on the screen. */
export async function savePicture(svg: SVGSVGElement | null, kind: "svg" | "png"): Promise<string> {
  if (!svg) return "There is no picture to save.";
  const text = drawingOf(svg);
  const drawing = new Blob([text], { type: "image/svg+xml;charset=utf-8" });
  save(kind === "svg" ? drawing : await pixelsOf(text, svg), `lens.${kind}`);
  return `The picture is saved as lens.${kind}.`;
}

/** The picture as a drawing of its own. */
export function drawingOf(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new Error("unreachable: the copy of an SVG is one");
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const [seen, copied] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  for (const [name, value] of looks(svg)) copy.setAttribute(name, value);
  seen.forEach((element, at) => {
    const to = copied[at];
    if (!to) return;
    const around = element.parentElement ?? svg;
    for (const [name, value] of looks(element, around)) to.setAttribute(name, value);
  });
  for (const element of [copy, ...copied]) {
    for (const name of ["class", "style"]) element.removeAttribute(name);
  }
  return new XMLSerializer().serializeToString(copy);
}

/** How an element looks where that is not how the one around it looks. */
function looks(element: Element, around?: Element): [name: string, value: string][] {
  const [style, other] = [getComputedStyle(element), around && getComputedStyle(around)];
  return [
    ...INHERITED.filter(
      (name) => style.getPropertyValue(name) !== other?.getPropertyValue(name),
    ).map((name): [string, string] => [name, style.getPropertyValue(name)]),
    ...Object.entries(OWN).flatMap(([name, initial]): [string, string][] => {
      const value = style.getPropertyValue(name);
      return value === initial ? [] : [[name, value]];
    }),
  ];
}

async function pixelsOf(text: string, svg: SVGSVGElement): Promise<Blob> {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  // Of the page's own making: a policy that forbids blobs as images allows this.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * 2, height * 2];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no canvas.");
  context.scale(2, 2);
  context.drawImage(image, 0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is empty."))));
  });
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
