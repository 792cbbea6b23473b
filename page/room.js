// @ts-check
/** @import { Reply } from "./events.ts" */
import { part } from "./dom.js";

const section = part("whereabouts", HTMLElement);
const room = part("room", HTMLElement);
const form = part("room-form", HTMLFormElement);
const input = part("room-input", HTMLInputElement);
const join = part("join-room", HTMLButtonElement);
const error = part("room-error", HTMLElement);

let connected = false;
let joining = false;

/**
 * Shows the room that this page is in; nothing of rooms where a server has none.
 *
 * @param {string | undefined} name
 * @returns {boolean} whether it is another room than the one shown before
 */
export function showRoom(name) {
  const before = section.hidden ? undefined : room.dataset.room;
  section.hidden = name === undefined;
  room.dataset.room = name ?? "";
  room.textContent = name ?? "";
  return before !== undefined && name !== undefined && before !== name;
}

/**
 * Lets the form join, or not; like the composer's, its field stays open.
 *
 * @param {boolean} yes
 */
export function enableJoining(yes) {
  connected = yes;
  show();
}

/**
 * Hands each name to `ask` and clears the field once it is acknowledged. What a room may be called
 * is the server's to say.
 *
 * @param {(name: string) => Promise<Reply>} ask never rejects
 */
export function onJoin(ask) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!connected || joining) return;
    const name = input.value;
    joining = true;
    showError("");
    show();
    const reply = await ask(name);
    joining = false;
    if (!reply.ok) showError(reply.error);
    else if (input.value === name) input.value = "";
    show();
    if (document.activeElement === document.body) input.focus();
  });
}

input.addEventListener("input", () => showError(""));

/** @param {string} text */
function showError(text) {
  error.textContent = text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function show() {
  form.toggleAttribute("data-off", !connected);
  join.disabled = !connected || joining;
}
