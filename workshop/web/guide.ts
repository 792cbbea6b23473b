import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Marked, type Tokens } from "marked";
import { folderInGit, folderOf, root, steps, type Step } from "../catalog.ts";
import { escapeHtml } from "../escape-html.ts";
import { todosOf } from "../hints/stages.ts";
import { startOn } from "../regions.ts";
import { draw } from "./drawing.ts";
import { highlight, highlightFile } from "./highlight.ts";
import type { Guide, ShownFile } from "./protocol.ts";

export type Language = "en" | "ja";

/** A place in a file of the clone. */
interface Place {
  file: string;
  line: number;
}

/** The README of a step as a page: its TODOs and the files that it names open in the editor. */
export async function guideOf(step: Step, language: Language = "en"): Promise<Guide> {
  const name = language === "ja" ? "README.ja.md" : "README.md";
  const text = readFileSync(join(folderInGit(step, "starter"), name), "utf8");
  const todos = todosOf(step).map((todo) => ({ name: todo.name, ...placeOf(step, todo) }));
  const html = await toHtml(text, (name) => todos.find((todo) => todo.name === name));
  return { step: step.number, language, html, todos };
}

/** Markdown of ours as HTML; what is HTML in it is shown as it is written. */
export async function toHtml(
  text: string,
  todo: (name: string) => Place | undefined = () => undefined,
): Promise<string> {
  const marked = new Marked({
    renderer: {
      html: ({ text: html }) => (/^<br\s*\/?>$/.test(html) ? "<br>" : escapeHtml(html)),
      code: ({ text: code, lang = "" }) => (lang === "mermaid" ? drawing(code) : block(code, lang)),
      heading({ tokens, depth, text: title }) {
        return `<h${depth} id="${slug(title)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      strong({ tokens, text: words }) {
        const inner = this.parser.parseInline(tokens);
        const place = todo(/^TODO (\d+\.\d+)$/.exec(words)?.[1] ?? "");
        return place ? opener(place, `${inner}`, "todo") : `<strong>${inner}</strong>`;
      },
      codespan({ text: code }) {
        const shown = `<code>${escapeHtml(code)}</code>`;
        return isFile(code) ? opener({ file: code, line: 1 }, shown, "file") : shown;
      },
      link({ href, tokens }) {
        return link(href, this.parser.parseInline(tokens));
      },
      image: ({ text: about }) => escapeHtml(about),
      table({ header, rows }) {
        const cells = (row: Tokens.TableCell[], tag: string) =>
          row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("");
        const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
        // Wide ones scroll by themselves, also with the keyboard.
        return `<div class="wide" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${cells(header, "th")}</tr></thead><tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  return marked.parse(text);
}

/** The solution's files that the learner edits. */
export function solutionOf(step: Step): ShownFile[] {
  const folder = folderInGit(step, "solution");
  return step.edit.map((file) => {
    const text = readFileSync(join(folder, file), "utf8").trimEnd();
    return { file, html: highlightFile(text, file) };
  });
}

/** Where a TODO stands in the learner's copy; in the starter as long as there is no copy. */
function placeOf(step: Step, { name, file }: { name: string; file: string }): Place {
  const copy = join(folderOf(step, "work"), file);
  const path = existsSync(copy) ? copy : join(folderOf(step, "starter"), file);
  let line = 1;
  if (existsSync(path)) {
    const lines = readFileSync(path, "utf8").split("\n");
    const at = lines.findIndex((each) => startOn(each)?.name === name);
    line = Math.max(1, at + 1);
  }
  return { file: relative(root, copy).replaceAll("\\", "/"), line };
}

/** What cannot be drawn is shown as it is written. */
function drawing(source: string): string {
  const svg = draw(source);
  if (!svg) return block(source, "");
  return `<figure class="drawing" tabindex="0" role="group" aria-label="Drawing">${svg}</figure>\n`;
}

function block(code: string, language: string): string {
  const inner = language ? highlight(code, language) : traced(code);
  return `<div class="code"><pre tabindex="0" role="group" aria-label="Code"><code>${inner}</code></pre><button type="button" class="copy" data-copy>Copy</button></div>\n`;
}

/** What the terminal has printed: workers in their colours, refusals in red. */
function traced(text: string): string {
  return escapeHtml(text)
    .replace(
      /\bworker (\d+)\b/g,
      (name, number) => `<b data-hue="${Number(number) % 8}">${name}</b>`,
    )
    .replace(/\b400 {2}Session ID unknown/g, '<b class="refused">$&</b>');
}

function opener({ file, line }: Place, inner: string, kind: string): string {
  return `<button type="button" class="opener ${kind}" data-file="${escapeHtml(file)}" data-line="${line}" title="Open ${escapeHtml(file)} in your editor">${inner}</button>`;
}

function isFile(code: string): boolean {
  return /^(work|steps|solutions)\/[\w./-]+\.\w+$/.test(code);
}

function link(href: string, inner: string): string {
  if (/^https?:/.test(href)) {
    return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${inner}</a>`;
  }
  if (href === "README.ja.md") return `<a href="#" data-language="ja">${inner}</a>`;
  if (href === "README.md") return `<a href="#" data-language="en">${inner}</a>`;
  const step = steps.find(({ slug: name }) => href.includes(name));
  if (step) return `<a href="#/${step.number}/read">${inner}</a>`;
  return inner;
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}
