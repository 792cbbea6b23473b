import { Marked, type Tokens } from "marked";
import { codeBlock, exerciseBlock, plainBlock, traceBlock } from "./blocks.ts";
import { SlideProblem, type Slide } from "./chapters.ts";
import { pictureBlock } from "./picture.ts";
import { includeBetween } from "./include.ts";

const LAYOUT = /<!-- layout: (title|statement|break) -->\s*/;
const BESIDE = /^<!-- beside -->$/m;
const ONE_BY_ONE = "<!-- one by one -->";
const LAB = "<!-- lab ";

/**
 * A slide's Markdown as HTML. Beyond what Markdown has:
 *
 * - `<!-- layout: title -->`, `statement` or `break`: few words, large;
 * - `<!-- beside -->`: what follows stands to the right of what came before;
 * - `<!-- one by one -->` before a list: its items come one after the other;
 * - fences `code`, `trace`, `exercise`, `table`: taken from the clone, see blocks.ts and include.ts;
 * - a picture is a drawing, or a figure of the lab's, and becomes part of the page;
 * - `<!-- lab … -->` says which figure of the lab is quoted below it, see lab/quotes.ts.
 *
 * @throws SlideProblem when something that it names is not there.
 */
export function renderSlide({ text, at }: Slide): { html: string; layout: string } {
  const [found, layout = "plain"] = LAYOUT.exec(text) ?? [];
  const body = found ? text.replace(found, "") : text;
  const [heading, rest] = takeHeading(body);
  const columns = rest.split(BESIDE);
  const inner =
    columns.length > 1
      ? `<div class="columns">${columns.map((column) => `<div class="column">${render(column, at)}</div>`).join("")}</div>`
      : render(rest, at);
  return { html: `${render(heading, at)}<div class="body">${inner}</div>`, layout };
}

/** The speaker's notes as HTML. */
export function renderNote(note: string, at: string): string {
  return render(note, at);
}

function takeHeading(text: string): [string, string] {
  const found = /^#{1,2} .*$/m.exec(text);
  if (!found) return ["", text];
  return [found[0], text.slice(0, found.index) + text.slice(found.index + found[0].length)];
}

function render(text: string, at: string): string {
  const fragments = new WeakSet<Tokens.ListItem>();
  const marked = new Marked({
    renderer: {
      code({ lang, text: code }) {
        if (lang === "code") return codeBlock(code, at);
        if (lang === "trace") return traceBlock(code, at);
        if (lang === "exercise") return exerciseBlock(code, at);
        if (lang === "table") return render(tableOf(includeBetween(code, at)), at);
        return plainBlock(code);
      },
      image({ href, text: alt }) {
        return pictureBlock(href, alt, at);
      },
      // A paragraph that is a picture alone is none.
      paragraph({ tokens }) {
        const [only, ...others] = tokens;
        if (only?.type === "image" && others.length === 0) return this.parser.parseInline(tokens);
        return `<p>${this.parser.parseInline(tokens)}</p>\n`;
      },
      listitem(item) {
        const open = fragments.has(item) ? '<li class="fragment">' : "<li>";
        return `${open}${this.parser.parse(item.tokens)}</li>\n`;
      },
      html({ raw }) {
        if (raw.trim() === ONE_BY_ONE || raw.trim().startsWith(LAB)) return "";
        throw new SlideProblem(at, `nobody knows what ${raw.trim()} means here.`);
      },
    },
  });
  const tokens = marked.lexer(text);
  for (const [number, token] of tokens.entries()) {
    if (token.type !== "html" || token.raw.trim() !== ONE_BY_ONE) continue;
    const list = tokens.slice(number + 1).find(({ type }) => type === "list");
    if (list && isList(list)) for (const item of list.items) fragments.add(item);
  }
  return marked.parser(tokens);
}

function isList(token: { type: string }): token is Tokens.List {
  return token.type === "list";
}

/** Of a piece with a table in it, the table alone: what stands around it is for readers. */
function tableOf(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .join("\n");
}
