import { escapeHtml } from "../escape-html.ts";

const KEYWORDS =
  /^(?:as|async|await|break|case|catch|class|const|continue|default|else|export|extends|finally|for|from|function|if|import|in|let|map|module|new|of|override|return|server|this|throw|try|type|upstream|location|void|while)$/;

/** By sign that begins a comment: in files of nginx it is another. */
const TOKENS = {
  slashes:
    /(?<comment>\/\/.*|\/\*.*?\*\/|^\s*(?:\/?\*.*))|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<word>[A-Za-z_$][\w$]*)/g,
  hash: /(?<comment>(?:^|\s)#.*)|(?<string>"[^"]*")|(?<word>[A-Za-z_]\w*)/g,
};

/**
 * One line of code as HTML: comments, strings and keywords are marked, and each also differs in its
 * letters, for who sees no colours.
 */
export function highlight(line: string, language: string): string {
  const tokens = ["conf", "sh"].includes(language) ? TOKENS.hash : TOKENS.slashes;
  let html = "";
  let done = 0;
  for (const found of line.matchAll(tokens)) {
    const [text] = found;
    html += escapeHtml(line.slice(done, found.index)) + marked(text, found.groups ?? {});
    done = found.index + text.length;
  }
  return html + escapeHtml(line.slice(done));
}

function marked(text: string, { comment, string }: Record<string, string | undefined>): string {
  const html = escapeHtml(text);
  if (comment !== undefined) return `<span class="comment">${html}</span>`;
  if (string !== undefined) return `<span class="string">${html}</span>`;
  return KEYWORDS.test(text) ? `<b>${html}</b>` : html;
}
