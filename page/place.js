// @ts-check
/** @import { Whereabouts } from "./events.ts" */

/** @type {Whereabouts} */
const place = {};

/**
 * Where this page has come to: its room, and the last message that it knows. A server that keeps what
 * is said is told so at each handshake, and goes on from there; others do not care.
 */
export function whereabouts() {
  return place;
}

/** @param {string | undefined} room */
export function noteRoom(room) {
  if (room !== undefined) place.room = room;
}

/** @param {unknown} offset as the types promise it; a half-written server may send something else */
export function noteOffset(offset) {
  if (typeof offset === "string") place.offset = offset;
}
