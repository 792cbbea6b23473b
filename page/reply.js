// @ts-check
/** @import { Reply } from "./events.ts" */

/**
 * The acknowledgement of something asked, always as a reply.
 *
 * @param {Promise<Reply>} acknowledgement as the types promise it; a half-written server may send
 *   something else
 * @param {number} patience how long it may take, in ms
 * @param {string} doubt what is left open when there is none
 * @returns {Promise<Reply>} never rejects
 */
export async function readReply(acknowledgement, patience, doubt) {
  try {
    const reply = await acknowledgement;
    if (reply?.ok === true) return reply;
    if (typeof reply?.error === "string") return reply;
    return { ok: false, error: "The acknowledgement was neither { ok: true } nor an error." };
  } catch (error) {
    return { ok: false, error: `${unacknowledged(error, patience)} ${doubt}` };
  }
}

/**
 * Why there is no acknowledgement, as a sentence.
 *
 * @param {unknown} error what the client rejects with
 * @param {number} patience in ms
 */
export function unacknowledged(error, patience) {
  const late = error instanceof Error && error.message === "operation has timed out";
  return `No acknowledgement: ${late ? `none within ${patience / 1000} s` : "the connection broke"}.`;
}
