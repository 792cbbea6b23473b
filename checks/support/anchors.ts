import { marked } from "marked";

/** The anchors that GitHub gives to the headings of a text, in their order. */
export function anchorsOf(markdown: string): string[] {
  const anchors: string[] = [];
  marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type !== "heading") return;
    const words = token.text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "");
    anchors.push(words.replaceAll(" ", "-"));
  });
  return anchors;
}
