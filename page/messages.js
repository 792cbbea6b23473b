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
/** Whether the log's reader is at its end, and wants to stay there. */
let wasAtEnd = true;
/** Where the log stood when it was last seen, and how large it was, in CSS pixels. */
let seen = { top: 0, width: 0, height: 0 };
let settling = false;

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
  if (!wasAtEnd) jump.hidden = false;
  // A page that nobody looks at has no frames.
  if (entries.length > 2 * KEPT) trim();
  settleSoon();
}

/** Once for all that comes at the same time: after a break it may be hundreds. */
function settleSoon() {
  if (settling) return;
  settling = true;
  requestAnimationFrame(() => {
    settling = false;
    trim();
    if (wasAtEnd) goToEnd();
  });
}

function trim() {
  for (const old of entries.splice(0, Math.max(0, entries.length - KEPT))) old.remove();
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
  look();
}

function look() {
  seen = { top: log.scrollTop, width: log.clientWidth, height: log.clientHeight };
}

/** @param {boolean} yes */
function stayAtEnd(yes) {
  wasAtEnd = yes;
  // The browser keeps in place what is read, when old messages go; at the end we do.
  log.toggleAttribute("data-at-end", yes);
  if (yes) jump.hidden = true;
}

log.addEventListener("scroll", () => {
  // When more is said, its end moves away: only a reader moves up. But a log that grows, as when the
  // outbox closes, is moved up by the browser.
  const { top, width, height } = seen;
  look();
  const movedUp = seen.top < top && seen.width === width && seen.height === height;
  if (isAtEnd()) stayAtEnd(true);
  else if (movedUp) stayAtEnd(false);
});

jump.addEventListener("click", () => {
  stayAtEnd(true);
  goToEnd();
  log.focus();
});

// The end stays in view when the log's own size changes: a phone's keyboard, a turned screen.
new ResizeObserver(() => {
  if (wasAtEnd) goToEnd();
}).observe(log);

stayAtEnd(true);
