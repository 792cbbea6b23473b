import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import nginx from "highlight.js/lib/languages/nginx";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import { escapeHtml } from "../escape-html.ts";

const LANGUAGES = { bash, css, javascript, json, nginx, typescript, xml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** What ends a file's name, or stands at the beginning of a block of code. */
const NAMES: Record<string, keyof typeof LANGUAGES> = {
  sh: "bash",
  bash: "bash",
  css: "css",
  js: "javascript",
  cjs: "javascript",
  mjs: "javascript",
  json: "json",
  nginx: "nginx",
  conf: "nginx",
  ts: "typescript",
  html: "xml",
};

/** Code as HTML: escaped, and marked up where the language is known. */
export function highlight(code: string, language: string): string {
  const known = NAMES[language];
  return known ? hljs.highlight(code, { language: known }).value : escapeHtml(code);
}

/** A file by the ending of its name. */
export function highlightFile(code: string, file: string): string {
  return highlight(code, file.slice(file.lastIndexOf(".") + 1));
}
