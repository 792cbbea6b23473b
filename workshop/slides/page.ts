import { cutOf, readChapters, type Chapter, type Cut } from "./chapters.ts";
import { escapeHtml } from "../escape-html.ts";
import { clock, LENGTH } from "./plan.ts";
import { renderNote, renderSlide } from "./render.ts";
import { withSource } from "./source.ts";

export type Theme = "light" | "dark";
export type Ratio = "16:9" | "4:3";

export interface Look {
  cut: Cut;
  theme: Theme;
  ratio: Ratio;
}

/** The width of every slide, in CSS pixels; what is wider or less wide is scaled. */
export const WIDTH = 1280;
const HEIGHTS: Record<Ratio, number> = { "16:9": 720, "4:3": 960 };

interface Rendered {
  html: string;
  note: string;
  seconds: number;
}

/** The deck, for reveal.js. @throws SlideProblem */
export function deckPage(look: Look, chapters = readChapters()): string {
  const sections = renderAll(chapters, look.cut).map(
    ({ html, note, seconds }) =>
      `<section data-timing="${seconds}">${html}<aside class="notes">${note}</aside></section>`,
  );
  const settings = {
    width: WIDTH,
    height: HEIGHTS[look.ratio],
    totalTime: LENGTH[look.cut] * 60,
  };
  return page(
    look,
    `<link rel="stylesheet" href="/reveal/reset.css"><link rel="stylesheet" href="/reveal/reveal.css">
<link rel="stylesheet" href="/web/deck.css"><link rel="stylesheet" href="/slides/drawings/drawing.css">
<script type="importmap">{"imports":{"reveal.js":"/reveal/reveal.mjs","reveal.js/plugin/notes":"/reveal/plugin/notes.mjs"}}</script>
<script type="module" src="/web/deck.js"></script>`,
    `<div class="reveal" data-settings="${escapeHtml(JSON.stringify(settings))}"><div class="slides">${sections.join("\n")}</div></div>`,
  );
}

/** All slides one below the other, for a printer: a page each, with the notes where they are wanted. */
export function printPage(look: Look, { notes }: { notes: boolean }, chapters = readChapters()) {
  const pages = renderAll(chapters, look.cut).map(
    ({ html, note }) =>
      `<article class="sheet"><div class="paper">${html}</div>${notes ? `<div class="notes">${note}</div>` : ""}</article>`,
  );
  return page(
    look,
    `<link rel="stylesheet" href="/web/deck.css"><link rel="stylesheet" href="/slides/drawings/drawing.css">
<link rel="stylesheet" href="/web/print.css"><style>:root { --height: ${HEIGHTS[look.ratio]}px; } @page { size: ${notes ? "A4" : `${WIDTH}px ${HEIGHTS[look.ratio]}px`}; margin: ${notes ? "12mm" : "0"}; }</style>`,
    `<main class="print ${notes ? "handout" : ""}">${pages.join("\n")}</main>`,
  );
}

function page({ theme }: Look, head: string, body: string): string {
  return `<!doctype html>
<html lang="en" data-theme="${theme}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Broken Handshakes</title><link rel="icon" href="data:,">
${head}</head>
<body>${body}</body>
</html>
`;
}

function renderAll(chapters: readonly Chapter[], cut: Cut): Rendered[] {
  let from = 0;
  const all = cutOf(chapters, cut).flatMap((chapter) =>
    chapter.slides.map((slide) => ({ chapter, slide })),
  );
  return all.map(({ chapter, slide }, number) => {
    const minutes = slide.minutes[cut] ?? 0;
    const text = withSource(slide.text, chapters);
    const { html, layout } = renderSlide({ ...slide, text });
    const foot = `<footer><span>${escapeHtml(chapter.title)}</span><span>${number + 1} / ${all.length}</span></footer>`;
    const rendered = {
      html: `<div class="slide ${layout}" data-at="${slide.at}">${html}${foot}</div>`,
      note: `<p class="time">${clock(from)} · ${told(minutes)}</p>${renderNote(slide.note, slide.at)}`,
      seconds: minutes * 60,
    };
    from += minutes;
    return rendered;
  });
}

function told(minutes: number): string {
  return minutes < 1 ? `${Math.round(minutes * 60)} s` : `${minutes} min`;
}
