import { widthOf } from "./terminal/width.ts";

/** Fills a text up with spaces to so many columns; what is wider stays as it is. */
export function padTo(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
