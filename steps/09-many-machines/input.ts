/** What clients send may be anything: here it is told what of it is of use. */
import type { Draft, Whereabouts } from "../../page/events.ts";

/** A text of 1 to 500 characters, with an id of the client's own making. */
export function isDraft(value: unknown): value is Draft {
  if (!isObject(value)) return false;
  const { id, text } = value;
  return (
    typeof id === "string" &&
    /^[\w-]{8,64}$/.test(id) &&
    typeof text === "string" &&
    text.length >= 1 &&
    text.length <= 500
  );
}

/** 1 to 20 letters, digits, spaces, _ or -. */
export function isRoom(value: unknown): value is string {
  return typeof value === "string" && /^[\p{L}\p{N} _-]{1,20}$/u.test(value);
}

/** Where a client that comes back has been, as it says in its handshake. */
export function readWhereabouts(auth: unknown): Whereabouts {
  const { room, offset } = isObject(auth) ? auth : {};
  return {
    ...(isRoom(room) ? { room } : {}),
    ...(typeof offset === "string" && /^\d{1,15}-\d{1,9}$/.test(offset) ? { offset } : {}),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
