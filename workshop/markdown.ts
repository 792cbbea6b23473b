import { marked, type Token, type Tokens } from "marked";
import colors from "picocolors";
import wrapAnsi from "wrap-ansi";
import type { Step } from "./catalog.ts";
import { foldCode, visible } from "./code.ts";
import { readmeText } from "./language.ts";
import { renderTable } from "./markdown/table.ts";

const INDENT = 4;
const NARROWEST = 20;

/**
 * The part of a step's README below that heading of the English one, without the heading, in the chosen
 * language; empty when there is none. The parts stand in the same order in all languages.
 */
export function sectionOf(step: Step, title: string): string {
  const at = sectionsIn(readmeText(step, "en")).findIndex((section) => section.title === title);
  return sectionsIn(readmeText(step))[at]?.text ?? "";
}

/** The parts of a text below its headings of the second level, in order. */
export function sectionsIn(text: string): { title: string; text: string }[] {
  const sections: { title: string; text: string }[] = [];
  for (const token of marked.lexer(text)) {
    if (token.type === "heading" && token.depth === 2) {
      sections.push({ title: token.text, text: "" });
    } else {
      const last = sections.at(-1);
      if (last) last.text += token.raw;
    }
  }
  return sections.map((section) => ({ ...section, text: section.text.trim() }));
}

/** Markdown as lines for a terminal of that many columns, with colours where they are wanted. */
export function renderMarkdown(text: string, width: number): string[] {
  return blocks(marked.lexer(text), Math.max(width, NARROWEST));
}

/** Blocks with an empty line between them. */
function blocks(tokens: readonly Token[], width: number): string[] {
  const lines: string[] = [];
  for (const token of tokens) {
    const block = renderBlock(token, width);
    if (block.length === 0) continue;
    if (lines.length > 0) lines.push("");
    lines.push(...block);
  }
  return lines;
}

function renderBlock(token: Token, width: number): string[] {
  switch (token.type) {
    case "heading":
      return wrap(colors.bold(inline(token.tokens)), width);
    case "paragraph":
      return wrap(inline(token.tokens), width);
    case "text":
      return wrap(token.tokens ? inline(token.tokens) : readable(token.text), width);
    case "code":
      return renderCode(token.text, width);
    case "list":
      return isList(token) ? renderList(token, width) : [];
    case "table":
      return isTable(token) ? renderTable(cellsOf(token), width) : [];
    case "blockquote":
      return blocks(token.tokens ?? [], width - 2).map((line) => `${colors.dim("│")} ${line}`);
    case "hr":
      return [colors.dim("─".repeat(Math.min(width, 40)))];
    default:
      // Blank lines, definitions of links, HTML.
      return [];
  }
}

function isList(token: Token): token is Tokens.List {
  return token.type === "list";
}

function isTable(token: Token): token is Tokens.Table {
  return token.type === "table";
}

function cellsOf({ header, rows }: Tokens.Table): string[][] {
  const bold = header.map(({ tokens }) => colors.bold(inline(tokens)));
  return [bold, ...rows.map((row) => row.map(({ tokens }) => inline(tokens)))];
}

/** Code keeps its lines and its indentation; a line that is too long goes on in the next. */
function renderCode(code: string, width: number): string[] {
  const pad = " ".repeat(INDENT);
  return code
    .split("\n")
    .flatMap((line) => foldCode(visible(line), width - INDENT))
    .map((line) => line && `${pad}${colors.cyan(line)}`);
}

function renderList({ items, ordered, start, loose }: Tokens.List, width: number): string[] {
  return items.flatMap((item, at) => {
    const mark = ordered ? `${Number(start || 1) + at}. ` : "- ";
    const inside = width - mark.length;
    // In a tight list an item's own list follows without an empty line.
    const lines = loose
      ? blocks(item.tokens, inside)
      : item.tokens.flatMap((token) => renderBlock(token, inside));
    const marked = lines.map((line, row) => {
      if (row === 0) return `${mark}${line}`;
      return line && `${" ".repeat(mark.length)}${line}`;
    });
    return loose && at > 0 ? ["", ...marked] : marked;
  });
}

function inline(tokens: readonly Token[] = []): string {
  return tokens.map(inlineToken).join("");
}

function inlineToken(token: Token): string {
  switch (token.type) {
    case "strong":
      return colors.bold(inline(token.tokens));
    case "em":
      return colors.italic(inline(token.tokens));
    case "codespan":
      return asCode(readable(token.text));
    case "link": {
      const text = inline(token.tokens);
      // Of a file that is beside the text, its name says enough.
      const isUrl = /^https?:/.test(token.href) && !token.href.includes(token.text);
      return isUrl ? `${text} ${colors.dim(`(${token.href})`)}` : text;
    }
    case "br":
      return "\n";
    case "html":
      return "";
    case "image":
    case "escape":
      return readable(token.text);
    default:
      return "tokens" in token && token.tokens ? inline(token.tokens) : readable(token.raw);
  }
}

function asCode(text: string): string {
  return colors.isColorSupported ? colors.cyan(text) : `\`${text}\``;
}

function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, width, { hard: true }).split("\n");
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', nbsp: " " };

/** A line break in Markdown is a space, and a terminal must not take a letter for an order. */
function readable(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .replace(/&(lt|gt|amp|quot|nbsp);/g, (whole, name) => ENTITIES[name] ?? whole)
    .replace(/\p{Cc}/gu, "�");
}
