// @ts-check
/** @import { WorkerId } from "./events.ts" */
import { make, part, shorten } from "./dom.js";
import { colour, nameOf, numberOf, stamp } from "./worker.js";

/** How long "copied" is shown, in ms. */
const COPIED = 1500;
const SIGNS = { connecting: "○", connected: "●", disconnected: "✕" };

/** @typedef {keyof typeof SIGNS} State */

const state = part("state", HTMLElement);
const sid = part("sid", HTMLButtonElement);
const transport = part("transport", HTMLElement);
const upgraded = part("upgraded", HTMLElement);
const worker = part("worker", HTMLElement);
const self = part("self", HTMLElement);
const members = part("members", HTMLElement);

/** @type {State} */
let current = "connecting";
/** How the worker is called; empty while it is not known. */
let called = "";

/**
 * @param {State} name
 * @param {string} text
 */
export function showState(name, text) {
  current = name;
  document.body.dataset.state = name;
  state.dataset.state = name;
  // Said once: a live region would read the same words again.
  if (state.textContent !== text) state.textContent = text;
  showTitle();
}

/**
 * The session and the transport it uses now; nothing when there is none.
 *
 * @param {string} [id]
 * @param {string} [name]
 */
export function showSession(id = "", name = "") {
  sid.dataset.sid = id;
  sid.disabled = !id;
  sid.title = id && `${id} (click to copy)`;
  sid.textContent = id ? shorten(id) : "none";
  showTransport(name);
  upgraded.hidden = true;
}

/** @param {string} name */
export function showUpgrade(name) {
  upgraded.textContent = `upgraded from ${transport.dataset.transport}`;
  upgraded.hidden = false;
  showTransport(name);
}

/** @param {WorkerId} [id] nothing while it is not known */
export function showWorker(id) {
  stamp(worker, id);
  colour(document.body, id);
  worker.replaceChildren(
    make("span", "worker-number", id ? numberOf(id) : "?"),
    make("span", "worker-pid", id ? `pid ${id.pid}` : "not known"),
  );
  called = id ? nameOf(id) : "";
  showTitle();
}

/**
 * The name that others see beside this page's messages.
 *
 * @param {string} [name]
 */
export function showSelf(name) {
  self.replaceChildren("you are ", name ? make("b", "", name) : "…");
}

/**
 * Where this page is, as far as its server knows.
 *
 * @param {string | undefined} address
 */
export function showAddress(address) {
  if (address) self.dataset.address = address;
  else delete self.dataset.address;
  if (address) self.append(" ", make("span", "address", `at ${address}`));
}

/** @param {number} count */
export function showMembers(count) {
  members.dataset.count = String(count);
  members.replaceChildren(make("b", "", String(count)), " here");
}

/** @param {string} name */
function showTransport(name) {
  transport.dataset.transport = name;
  transport.textContent = name || "none";
  document.body.dataset.link = name || "none";
  showTitle();
}

function showTitle() {
  const where = [called, transport.dataset.transport];
  const connection = where.filter(Boolean).join(" · ");
  const what = current === "connected" && connection ? connection : current;
  document.title = `${SIGNS[current]} ${what} — Broken Handshakes`;
}

sid.addEventListener("click", async () => {
  const id = sid.dataset.sid ?? "";
  try {
    await navigator.clipboard.writeText(id);
    sid.textContent = "copied";
    setTimeout(() => {
      if (sid.dataset.sid === id) sid.textContent = shorten(id);
    }, COPIED);
  } catch {
    // Pages from another host over plain HTTP have no clipboard: show it whole, to be marked.
    sid.textContent = id;
  }
});
