// @ts-check
/** @import { Person, WorkerId } from "./events.ts" */
import { make, part } from "./dom.js";
import { colour, makeBadge, readWorker, stamp } from "./worker.js";

const list = part("people", HTMLUListElement);
const none = part("unnamed", HTMLElement);

/**
 * Shows who is in the room, worker by worker.
 *
 * @param {Person[]} people as the types promise it; a half-written server may send something else
 * @param {string} ownId the public id of this page
 */
export function showPeople(people, ownId) {
  const named = Array.isArray(people)
    ? people.filter((person) => typeof person?.from === "string")
    : [];
  const items = named
    .map(({ from, worker }) => ({ from, worker: readWorker(worker) }))
    .toSorted((a, b) => place(a.worker) - place(b.worker) || a.from.localeCompare(b.from))
    .map(({ from, worker }) => makePerson(from, worker, from !== "" && ownId.startsWith(from)));
  list.replaceChildren(...items);
  list.hidden = items.length === 0;
  none.hidden = items.length > 0;
}

/** Shows that it is not known who is in the room. */
export function forgetPeople() {
  list.replaceChildren();
  list.hidden = true;
  none.hidden = false;
}

/** @param {WorkerId | undefined} worker */
function place(worker) {
  if (!worker) return Number.MAX_VALUE;
  return (worker.host?.charCodeAt(0) ?? 0) * 1000 + worker.instance;
}

/**
 * @param {string} from
 * @param {WorkerId | undefined} worker
 * @param {boolean} own whether it is this page
 */
function makePerson(from, worker, own) {
  const person = make("li", own ? "person own" : "person");
  person.dataset.testid = "person";
  person.dataset.from = from;
  person.dataset.own = String(own);
  stamp(person, worker);
  colour(person, worker);
  person.append(make("b", "from", from));
  if (own) person.append(make("span", "you", "you"));
  person.append(makeBadge(worker, true));
  return person;
}
