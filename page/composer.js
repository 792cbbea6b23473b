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

/**
 * Lets the form send, or not. The field stays open either way: a draft and the focus outlive a
 * broken connection.
 *
 * @param {boolean} yes
 */
export function enableSending(yes) {
  if (connected === yes) return;
  connected = yes;
  note.textContent = yes ? "" : "Sending waits for a connection.";
  show();
}

/**
 * Hands each text to `say` and clears the field once it is acknowledged. Nothing is judged here,
 * not even an empty text: what a message may be is the server's to say.
 *
 * @param {(text: string) => Promise<Reply>} say never rejects
 */
export function onSend(say) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!connected || sending) return;
    const text = input.value;
    const start = performance.now();
    sending = true;
    showError("");
    show();
    const reply = await say(text);
    sending = false;
    if (reply.ok) {
      if (input.value === text) input.value = "";
      note.textContent = `Acknowledged in ${readable(performance.now() - start)}`;
    } else {
      note.textContent = connected ? "" : "Sending waits for a connection.";
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

function show() {
  form.toggleAttribute("data-off", !connected);
  send.disabled = !connected || sending;
  const left = input.maxLength - input.value.length;
  counter.hidden = left > SHOW_LEFT;
  counter.textContent = left === 1 ? "1 character left" : `${left} characters left`;
}

show();
