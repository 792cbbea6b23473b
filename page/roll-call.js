// @ts-check
/** @import { RollCall } from "./events.ts" */
import { part, readable } from "./dom.js";
import { unacknowledged } from "./reply.js";

const button = part("roll-call", HTMLButtonElement);
const result = part("roll-result", HTMLElement);

let connected = false;
let calling = false;

/**
 * Lets the button call, or not.
 *
 * @param {boolean} yes
 */
export function enableCalling(yes) {
  connected = yes;
  show();
}

/** Takes the last result off the page: it was another room's. */
export function forgetRollCall() {
  if (!calling) showResult("");
}

/**
 * Has the roll called at each press of the button.
 *
 * @param {() => Promise<RollCall>} call
 * @param {number} patience how long it may take, in ms
 */
export function onRollCall(call, patience) {
  button.addEventListener("click", async () => {
    const start = performance.now();
    calling = true;
    showResult("Calling…");
    show();
    try {
      showRollCall(await call(), performance.now() - start);
    } catch (error) {
      showResult(unacknowledged(error, patience), false);
    }
    calling = false;
    show();
    // A disabled button has lost the focus.
    if (document.activeElement === document.body) button.focus();
  });
}

/**
 * @param {RollCall} roll as the types promise it; a half-written server may send something else
 * @param {number} ms
 */
function showRollCall(roll, ms) {
  if (typeof roll?.answered !== "number") {
    showResult("The acknowledgement was no roll call.", false);
  } else if (roll.ok === true) {
    showResult(`${roll.answered} of ${roll.answered} answered in ${readable(ms)}`, true);
  } else {
    const error = typeof roll.error === "string" ? roll.error : "The server does not say why.";
    showResult(`${roll.answered} answered. ${error}`, false);
  }
}

/**
 * @param {string} text
 * @param {boolean} [ok] nothing while it is not known
 */
function showResult(text, ok) {
  result.textContent = text;
  result.dataset.ok = ok === undefined ? "" : String(ok);
}

function show() {
  button.disabled = !connected || calling;
}
