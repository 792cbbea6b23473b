// @ts-check
import { part } from "./dom.js";

const banner = part("read-only", HTMLElement);

/**
 * Shows whether nothing can be kept now, so that nothing can be said. Without words the banner takes
 * no room; it is always there, so that a screen reader says what comes.
 *
 * @param {boolean} yes
 * @param {boolean} waits whether what is said meanwhile is sent later
 */
export function showReadOnly(yes, waits) {
  const then = waits
    ? "What you say waits, and is sent when it is back."
    : "Nothing can be said now.";
  banner.textContent = yes ? `Read-only: Redis is away. ${then}` : "";
}
