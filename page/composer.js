// @ts-check
/** @import { Reply } from "./events.ts" */
import { part, readable } from "./dom.js";

/** Characters left below which the counter shows. */
const SHOW_LEFT = 100;

const form = part("composer", HTMLFormElement);
const input = part("input", HTMLInputElement);
const send = part("send", HTMLButtonElement);
const error = part("error", HTMLElement);
const note = part("note", HTMLElement);
const counter = part("counter", HTMLElement);

let connected = false;
let sending = false;
/** Whether what is said waits somewhere else for its acknowledgement, and for a connection. */
let queues = false;

/**
 * Lets the form send, or not. The field stays open either way: a draft and the focus outlive a
 * broken connection.
 *
 * @param {boolean} yes
 */
export function enableSending(yes) {
  if (connected === yes) return;
  connected = yes;
  note.textContent = yes ? "" : offline();
  show();
}

/**
 * Lets the form send at any time, and the next before the last is acknowledged; or not.
 *
 * @param {boolean} yes
 */
export function enableQueue(yes) {
  if (queues === yes) return;
  queues = yes;
  if (!connected) note.textContent = offline();
  show();
}

/**
 * Puts a text that was not said back into the field. Whoever has gone on writing keeps what is there.
 *
 * @param {string} text
 * @returns {boolean} whether there was room for it
 */
export function giveBack(text) {
  if (input.value !== "") return false;
  input.value = text;
  show();
  return true;
}

/**
 * Hands each text to `say` and clears the field once it is acknowledged; at once where texts are
 * queued, and then `say` gives back what is not said. Nothing is judged here,
 * not even an empty text: what a message may be is the server's to say.
 *
 * @param {(text: string) => Promise<Reply>} say never rejects
 */
export function onSend(say) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isOff() || sending) return;
    const text = input.value;
    const start = performance.now();
    const queued = queues;
    if (queued) {
      input.value = "";
      note.textContent = connected ? "" : offline();
      // A press of the button leaves the focus there, where it is not disabled.
      if (document.activeElement === send) input.focus();
    } else sending = true;
    showError("");
    show();
    const reply = await say(text);
    if (!queued) sending = false;
    if (reply.ok) {
      if (!queued && input.value === text) input.value = "";
      note.textContent = `Acknowledged in ${readable(performance.now() - start)}`;
    } else {
      note.textContent = connected ? "" : offline();
      showError(reply.error);
    }
    show();
    if (document.activeElement === document.body) input.focus();
  });
}

input.addEventListener("input", () => {
  showError("");
  show();
});

/** @param {string} text */
function showError(text) {
  error.textContent = text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function isOff() {
  return !connected && !queues;
}

function offline() {
  return queues ? "What you say waits for a connection." : "Sending waits for a connection.";
}

function show() {
  form.toggleAttribute("data-off", isOff());
  send.disabled = isOff() || sending;
  const left = input.maxLength - input.value.length;
  counter.hidden = left > SHOW_LEFT;
  counter.textContent = left === 1 ? "1 character left" : `${left} characters left`;
}

show();
