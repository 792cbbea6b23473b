// @ts-check
/** @import { WorkerId } from "./events.ts" */
import { make, part, shorten } from "./dom.js";
import { colour, makeBadge, stamp } from "./worker.js";

/** How many sessions are kept. */
const KEPT = 50;

/**
 * @typedef {object} Session
 * @property {string} sid
 * @property {string[]} transports in the order that it used them
 * @property {WorkerId | undefined} worker known once it has said hello
 * @property {number} refused how many of its requests
 * @property {string | undefined} ended why; nothing while it lives
 * @property {HTMLLIElement} row
 */

const list = part("sessions", HTMLOListElement);
const none = part("sessionless", HTMLElement);

/** @type {Map<string, Session>} */
const sessions = new Map();

/**
 * Notes a handshake that gave this page a session.
 *
 * @param {string} sid
 * @param {string} transport
 */
export function beginSession(sid, transport) {
  const row = make("li", "session");
  row.dataset.testid = "session";
  row.dataset.sid = sid;
  /** @type {Session} */
  const session = {
    sid,
    transports: [transport],
    worker: undefined,
    refused: 0,
    ended: undefined,
    row,
  };
  sessions.set(sid, session);
  none.hidden = true;
  list.prepend(row);
  show(session);

  for (const old of sessions.values()) {
    if (sessions.size <= KEPT) break;
    sessions.delete(old.sid);
    old.row.remove();
  }
}

/**
 * @param {string} sid
 * @param {WorkerId | undefined} worker
 */
export function nameWorker(sid, worker) {
  change(sid, (session) => (session.worker = worker));
}

/**
 * @param {string} sid
 * @param {string} transport
 */
export function upgradeSession(sid, transport) {
  change(sid, (session) => session.transports.push(transport));
}

/** @param {string} sid */
export function countRefusal(sid) {
  change(sid, (session) => (session.refused += 1));
}

/**
 * @param {string} sid
 * @param {string} reason
 */
export function endSession(sid, reason) {
  change(sid, (session) => (session.ended = reason));
}

/**
 * @param {string} sid
 * @param {(session: Session) => void} edit
 */
function change(sid, edit) {
  const session = sessions.get(sid);
  if (!session) return;
  edit(session);
  show(session);
}

/** @param {Session} session */
function show({ sid, transports, worker, refused, ended, row }) {
  stamp(row, worker);
  colour(row, worker);
  row.dataset.refused = String(refused);
  row.toggleAttribute("data-ended", ended !== undefined);

  const name = make("span", "short-sid", shorten(sid));
  name.title = sid;
  const fate = make("span", "fate", ended ? `closed: ${ended}` : "open");
  const path = make("span", "path", transports.join(" → "));
  const line = make("p", "request");
  line.append(path, fate);

  const head = make("p", "session-head");
  head.append(name, makeBadge(worker));
  if (refused > 0) head.append(make("b", "refused-here", `${refused} refused`));
  row.replaceChildren(head, line);
}
