// @ts-check
/** @import { Said } from "./events.ts" */
import { make, makeTime, part } from "./dom.js";
import { colour, makeBadge, readWorker, stamp } from "./worker.js";

/** How many messages, and changes of room, stay on the page. */
const KEPT = 1000;
/** How near to its end, in CSS pixels, the log counts as being read there. */
const NEAR = 48;

const log = part("messages", HTMLElement);
const quiet = part("quiet", HTMLElement);
const jump = part("jump", HTMLButtonElement);

/**
 * Messages and other lines, the oldest first.
 *
 * @type {HTMLElement[]}
 */
const entries = [];
/** Whether the log's reader was at its end when it last moved. */
let wasAtEnd = true;
let following = false;

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

/** Adds a line to the log: something was said here that this page will never know. */
export function addGap() {
  // It is told again and again while a Redis without its data comes back; it is one gap.
  if (entries.at(-1)?.dataset.testid === "missed") return;
  const text = "Some messages are missing here: they are no longer kept.";
  const line = make("p", "room-change gap", text);
  line.dataset.testid = "missed";
  add(line);
}

/** @param {HTMLElement} entry */
function add(entry) {
  quiet.hidden = true;
  log.append(entry);
  entries.push(entry);
  if (entries.length > KEPT) entries.shift()?.remove();
  if (wasAtEnd) followSoon();
  else jump.hidden = false;
}

/** Once for all that comes at the same time: after a break it may be hundreds. */
function followSoon() {
  if (following) return;
  following = true;
  requestAnimationFrame(() => {
    following = false;
    goToEnd();
  });
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
  if (typeof said.id === "string") message.dataset.id = said.id;
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
  wasAtEnd = isAtEnd();
  if (wasAtEnd) jump.hidden = true;
});

jump.addEventListener("click", () => {
  goToEnd();
  log.focus();
});

// The end stays in view when the log's own size changes: a phone's keyboard, a turned screen.
new ResizeObserver(() => {
  if (wasAtEnd) goToEnd();
}).observe(log);
