import type { Chapter } from "./chapters.ts";

/** Where a slide names the article that the workshop grew from. */
const PLACE = "{{source}}";

/**
 * Puts the article's title, author and link into a slide: the fields `source-title`, `source-author` and
 * `source-link` at the head of a chapter. What nobody has written there is not said.
 */
export function withSource(text: string, chapters: readonly Chapter[]): string {
  if (!text.includes(PLACE)) return text;
  const fields = chapters.find(({ fields }) => "source-title" in fields)?.fields ?? {};
  const { "source-title": title, "source-author": author, "source-link": link } = fields;
  const name = title && link ? `[${title}](${link})` : title || (link && `<${link}>`);
  return text.replaceAll(PLACE, [name, author].filter(Boolean).join(", "));
}
