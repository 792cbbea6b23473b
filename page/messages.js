// @ts-check
/** @import { Said } from "./events.ts" */
import { make, makeTime, part } from "./dom.js";
import { colour, makeBadge, readWorker, stamp } from "./worker.js";

/** How many messages, and changes of room, stay on the page. */
const KEPT = 500;
/** How near to its end, in CSS pixels, the log counts as being read there. */
const NEAR = 48;

const log = part("messages", HTMLElement);
const quiet = part("quiet", HTMLElement);
const jump = part("jump", HTMLButtonElement);

/**
 * Adds a message at the end of the log, and follows it only if its reader was there already.
 *
 * @param {Said} said
 * @param {boolean} own whether this page said it
 */
export function addMessage(said, own) {
  add(makeMessage(said, own));
}

/**
 * Adds a line to the log, below which it is another room's.
 *
 * @param {string} room
 */
export function addRoomChange(room) {
  const line = make("p", "room-change", `You are in ${room}`);
  line.dataset.testid = "room-change";
  line.dataset.room = room;
  add(line);
}

/** @param {HTMLElement} entry */
function add(entry) {
  const follow = isAtEnd();
  quiet.hidden = true;
  log.append(entry);
  for (const old of [...log.querySelectorAll(".message, .room-change")].slice(0, -KEPT)) {
    old.remove();
  }
  if (follow) goToEnd();
  else jump.hidden = false;
}

/**
 * @param {Said} said
 * @param {boolean} own
 */
function makeMessage(said, own) {
  const worker = readWorker(said.worker);
  const message = make("article", own ? "message own" : "message");
  message.dataset.testid = "message";
  message.dataset.own = String(own);
  stamp(message, worker);
  colour(message, worker);

  const text = make("p", "text", said.text);
  text.dataset.testid = "text";

  const head = make("p", "head");
  const from = make("b", "from", said.from);
  from.dataset.testid = "from";
  head.append(from);
  if (own) head.append(make("span", "you", "you"));
  head.append(makeBadge(worker), makeTime(new Date()));
  message.append(head, text);
  return message;
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
}

function goToEnd() {
  log.scrollTop = log.scrollHeight;
}

log.addEventListener("scroll", () => {
  if (isAtEnd()) jump.hidden = true;
});

jump.addEventListener("click", () => {
  goToEnd();
  log.focus();
});

// The end stays in view when the log's own size changes: a phone's keyboard, a turned screen.
let wasAtEnd = true;
log.addEventListener("scroll", () => (wasAtEnd = isAtEnd()));
new ResizeObserver(() => {
  if (wasAtEnd) goToEnd();
}).observe(log);
