// @ts-check
/** @import { WorkerId } from "./events.ts" */
import { make } from "./dom.js";

/** As many as chat.css has colours for: beyond that a colour is used twice, its number never. */
const HUES = 8;

/**
 * The worker named by a server, or nothing where a half-written server sent something else.
 *
 * @param {unknown} value
 * @returns {WorkerId | undefined}
 */
export function readWorker(value) {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("instance" in value) || typeof value.instance !== "number") return undefined;
  if (!("pid" in value) || typeof value.pid !== "number") return undefined;
  return { instance: value.instance, pid: value.pid };
}

/**
 * Colours an element, and all in it, by the worker's instance; without a worker, in grey.
 *
 * @param {HTMLElement} element
 * @param {WorkerId | undefined} worker
 */
export function colour(element, worker) {
  if (worker) element.dataset.hue = String(worker.instance % HUES);
  else delete element.dataset.hue;
}

/**
 * Writes the worker into `data-instance` and `data-pid`, for style and for checks.
 *
 * @param {HTMLElement} element
 * @param {WorkerId | undefined} worker
 */
export function stamp(element, worker) {
  if (worker) {
    element.dataset.instance = String(worker.instance);
    element.dataset.pid = String(worker.pid);
  } else {
    delete element.dataset.instance;
    delete element.dataset.pid;
  }
}

/**
 * The sign of a worker: its colour and always its number too.
 *
 * @param {WorkerId | undefined} worker
 * @param {boolean} [brief] shows no more than the number, where there are many
 */
export function makeBadge(worker, brief = false) {
  const number = String(worker?.instance ?? "?");
  const badge = make("span", "badge", brief ? number : `worker ${number}`);
  if (brief) badge.prepend(make("span", "unseen", "worker "));
  badge.title = worker ? `worker ${worker.instance}, pid ${worker.pid}` : "It never said hello.";
  colour(badge, worker);
  return badge;
}
