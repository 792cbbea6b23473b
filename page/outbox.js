// @ts-check
/** @import { Draft } from "./events.ts" */
import { make, part } from "./dom.js";

/**
 * What the outbox says of so many: `pending` until it is acknowledged, `acknowledged` until the room
 * hears it, `unsaid` when it was refused.
 */
const WORDS = {
  pending: ["message waits for an acknowledgement", "messages wait for an acknowledgement"],
  acknowledged: [
    "message is acknowledged, but not heard yet",
    "messages are acknowledged, but not heard yet",
  ],
  unsaid: ["message was refused", "messages were refused"],
};

/** @typedef {keyof typeof WORDS} State */

const section = part("outbox", HTMLElement);
const list = part("outbox-list", HTMLOListElement);
const count = part("outbox-count", HTMLElement);

/**
 * The drafts that the outbox shows, by their ids.
 *
 * @type {Map<string, { item: HTMLElement, state: State }>}
 */
const entries = new Map();
/**
 * What the room has heard before this page had its acknowledgement.
 *
 * @type {Set<string>}
 */
const heardEarly = new Set();

/**
 * A new draft: what it says, and an id that stays the same however often it is sent.
 *
 * @param {string} text
 * @returns {Draft}
 */
export function makeDraft(text) {
  return { id: makeId(), text };
}

/**
 * Shows a draft until it is acknowledged and heard: what is said is seen either here or in the log.
 *
 * @param {Draft} draft
 */
export function addPending({ id, text }) {
  const item = make("li", "draft");
  item.dataset.id = id;
  item.append(make("p", "draft-text", text));
  list.append(item);
  mark(id, item, "pending");
  list.scrollTop = list.scrollHeight;
}

/** @param {string} id of a draft that is acknowledged */
export function acknowledge(id) {
  const item = entries.get(id)?.item;
  if (!item || heardEarly.delete(id)) return removeDraft(id);
  item.append(make("p", "draft-fate", "acknowledged, but not heard yet"));
  mark(id, item, "acknowledged");
}

/** @param {string} id of a message that has come to the log */
export function hear(id) {
  const state = entries.get(id)?.state;
  if (state === "pending") heardEarly.add(id);
  else if (state === "acknowledged") removeDraft(id);
}

/** Leaves no draft to wait for what this page will not hear any more: it is in another room now. */
export function forgetAcknowledged() {
  for (const [id, { state }] of entries) if (state === "acknowledged") removeDraft(id);
}

/**
 * Keeps a refused draft in sight, where its writer has gone on writing.
 *
 * @param {string} id
 * @param {string} error
 */
export function keepUnsaid(id, error) {
  const item = entries.get(id)?.item;
  if (!item) return;
  const drop = make("button", "drop", "Drop");
  drop.type = "button";
  drop.addEventListener("click", () => removeDraft(id));
  const fate = make("p", "draft-fate", `refused: ${error}`);
  fate.role = "alert";
  item.prepend(fate);
  item.append(drop);
  mark(id, item, "unsaid");
}

/** @param {string} id */
export function removeDraft(id) {
  entries.get(id)?.item.remove();
  entries.delete(id);
  heardEarly.delete(id);
  show();
}

/**
 * @param {string} id
 * @param {HTMLElement} item
 * @param {State} state
 */
function mark(id, item, state) {
  item.dataset.testid = state;
  entries.set(id, { item, state });
  show();
}

function show() {
  section.hidden = entries.size === 0;
  const phrases = Object.entries(WORDS).flatMap(([state, [one, more]]) => {
    const number = [...entries.values()].filter((entry) => entry.state === state).length;
    return number > 0 ? [`${number} ${number === 1 ? one : more}`] : [];
  });
  count.textContent = phrases.join(" · ");
}

function makeId() {
  // Pages from another host over plain HTTP have no randomUUID.
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
