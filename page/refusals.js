// @ts-check
/** @import { Refusal } from "./wire.js" */
import { make, makeTime, part, shorten } from "./dom.js";

/** How many are listed; the count goes on. */
const LISTED = 100;

const list = part("refusals", HTMLOListElement);
const none = part("unrefused", HTMLElement);
const counter = part("refused", HTMLAnchorElement);

let count = 0;

/**
 * Counts a refusal and puts it on top of the list.
 *
 * @param {Refusal} refusal
 */
export function addRefusal(refusal) {
  count += 1;
  counter.dataset.count = String(count);
  counter.replaceChildren(make("b", "", String(count)), " refused");
  none.hidden = true;
  list.prepend(makeRow(refusal));
  list.children.item(LISTED)?.remove();
}

/** @param {Refusal} refusal */
function makeRow({ at, method, transport, sid, status, message }) {
  const row = make("li", "refusal");
  row.dataset.testid = "refusal";
  row.dataset.method = method;
  row.dataset.transport = transport;
  row.dataset.sid = sid ?? "";
  row.dataset.status = String(status ?? "");
  row.dataset.message = message;

  const answer = make("p", "answer");
  if (status) answer.append(make("b", "code", String(status)), " ");
  answer.append(message);

  const request = make("p", "request");
  const session = make("span", "short-sid", sid ? shorten(sid) : "no sid");
  session.title = sid ?? "";
  request.append(make("span", "method", method), make("span", "", transport), session);
  request.append(makeTime(at));

  row.append(answer, request);
  return row;
}
