import { steps } from "../catalog.ts";
import { SlideProblem } from "./chapters.ts";
import { escapeHtml } from "../escape-html.ts";
import { highlight } from "./highlight.ts";
import { include } from "./include.ts";
import { readRecording } from "./recording.ts";

/** What a slide has room for beside its heading, in pixels of 1280 by 720. */
const ROOM = { width: 1130, height: 470 };
/** Of a letter of a monospaced font, and of a line, to the size of the font. */
const LETTER = { width: 0.61, height: 1.4 };
/** The sizes that code can have: smaller cannot be read from the last row. */
const SIZE = { least: 16, most: 25 };
/** What a recording has room for inside of its frame, in pixels. */
const FRAME = { width: 1100, height: 400 };
/** The sizes that its lines can have, and their height to their size. */
const LINE = { least: 17, moving: 20, most: 23, height: 1.55 };

/** The size in which so many lines, of so many columns, fill their room at most; in pixels. */
function sizeFor(lines: readonly string[], height = ROOM.height): number {
  const columns = Math.max(...lines.map((line) => line.length));
  return Math.min(
    ROOM.width / (columns * LETTER.width + 2),
    height / (lines.length * LETTER.height),
    SIZE.most,
  );
}

/** What is typed, or printed: it stands in the slide itself. */
export function plainBlock(text: string): string {
  const size = sizeFor(text.split("\n")).toFixed(1);
  return `<pre tabindex="0" style="font-size: ${size}px"><code>${escapeHtml(text)}</code></pre>`;
}

/** Code of the clone, as large as its longest line and their number allow. @throws SlideProblem */
export function codeBlock(wish: string, at: string): string {
  const pieces = wish
    .trim()
    .split("\n")
    .map((line) => include(line, at));
  const lines = pieces.flatMap((piece) => piece.lines);
  const size = sizeFor(lines, ROOM.height - pieces.length * 50);
  if (size < SIZE.least) {
    throw new SlideProblem(
      at,
      `these ${lines.length} lines are too much for a slide. Take less: … from the first words of a line`,
    );
  }
  return pieces
    .map(({ file, language, lines, isBare }) => {
      const caption = `${file}${isBare ? ", without its comments" : ""}`;
      const code = lines.map((line) => highlight(line, language)).join("\n");
      return `<figure class="code"><figcaption>${escapeHtml(caption)}</figcaption><pre tabindex="0" style="font-size: ${size.toFixed(1)}px"><code>${code}</code></pre></figure>`;
    })
    .join("\n");
}

/**
 * What happens while a step runs: the real thing where it runs, else the recording of it. Which of
 * them it is, it says. @throws SlideProblem
 */
export function traceBlock(name: string, at: string): string {
  const { code, about, recorded, versions, lines, step } = readRecording(name.trim(), at);
  const title = steps.find(({ number }) => number === step)?.title ?? code;
  const columns = Math.max(...lines.map(({ text }) => text.length));
  const wide = Math.min(FRAME.width / (columns * LETTER.width), LINE.most);
  const whole = Math.min(wide, FRAME.height / (lines.length * LINE.height));
  // Where they do not fit, they move in a window, as in a terminal.
  const size = whole >= LINE.least ? whole : Math.min(wide, LINE.moving);
  const seen = Math.min(lines.length, Math.floor(FRAME.height / (size * LINE.height)));
  const rest = seen < lines.length ? `; the first ${seen} of ${lines.length} lines` : "";
  const items = lines.map(({ at: ms, text, refused, deed }) => {
    const kind = refused ? "refused" : deed ? "deed" : "";
    return `<li data-at="${Math.round(ms)}" class="${kind}">${escapeHtml(text)}</li>`;
  });
  const spoken = `Recorded trace: ${about}`;
  return `<figure class="trace" data-step="${step}" style="--lines: ${seen}; --size: ${size.toFixed(1)}px" aria-label="${escapeHtml(spoken)}">
<figcaption><strong class="source">Recorded</strong> <span class="about">${escapeHtml(recorded)}, from <code>${escapeHtml(code)}</code>: ${escapeHtml(about)}</span><button type="button" class="replay">Replay</button></figcaption>
<ol class="lines">${items.join("")}</ol>
<iframe title="The app of step ${step}, ${escapeHtml(title)}, as it runs now" hidden></iframe>
<p class="versions">${escapeHtml(versions)}<span class="rest">${rest}</span></p>
</figure>`;
}

/** What a class does by itself: the command, what to read, what should be seen, and a clock. */
export function exerciseBlock(text: string, at: string): string {
  const fields = text.split("\n").map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const all = (name: string) => fields.filter(([field]) => field === name).map(([, told]) => told);
  const minutes = Number(all("minutes")[0]);
  const [type, read, see] = [all("type"), all("read"), all("see")];
  if (!minutes || type.length === 0 || see.length === 0) {
    throw new SlideProblem(at, "an exercise has lines minutes: …, type: …, see: …");
  }
  const list = (items: string[]) => items.map((item) => `<li>${inCode(item)}</li>`).join("");
  return `<div class="exercise">
<div class="task"><h3>Type</h3>${type.map((line) => `<pre class="command" tabindex="0"><code>${escapeHtml(line)}</code></pre>`).join("")}
${read.length ? `<h3>Read</h3><ul class="paths">${read.map((path) => `<li><code>${escapeHtml(path)}</code></li>`).join("")}</ul>` : ""}
<h3>You should see</h3><ul>${list(see)}</ul></div>
<div class="timer" data-minutes="${minutes}"><output>${minutes}:00</output><button type="button">Start</button></div>
</div>`;
}

/** Plain text in which `backticks` stand around code. */
function inCode(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}
