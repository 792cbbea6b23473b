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
  const host = "host" in value && typeof value.host === "string" ? value.host : undefined;
  return { instance: value.instance, pid: value.pid, ...(host ? { host } : {}) };
}

/**
 * How a worker is called: `worker 1`, or `host b, worker 1`.
 *
 * @param {WorkerId} worker
 */
export function nameOf({ host, instance }) {
  return `${host ? `host ${host}, ` : ""}worker ${instance}`;
}

/**
 * The same in brief: `1`, or `b·1`.
 *
 * @param {WorkerId} worker
 */
export function numberOf({ host, instance }) {
  return host ? `${host}·${instance}` : String(instance);
}

/**
 * Colours an element, and all in it, by the worker's instance and host; without a worker, in grey.
 *
 * @param {HTMLElement} element
 * @param {WorkerId | undefined} worker
 */
export function colour(element, worker) {
  if (!worker) {
    delete element.dataset.hue;
    return;
  }
  // Hosts are called by letters: two that follow each other have nothing in common.
  const host = worker.host ? (worker.host.charCodeAt(0) * HUES) / 2 : 0;
  element.dataset.hue = String((host + worker.instance) % HUES);
}

/**
 * Writes the worker into `data-instance`, `data-pid` and `data-host`, for style and for checks.
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
  if (worker?.host) element.dataset.host = worker.host;
  else delete element.dataset.host;
}

/**
 * The sign of a worker: its colour and always its number too.
 *
 * @param {WorkerId | undefined} worker
 * @param {boolean} [brief] shows no more than the number, where there are many
 */
export function makeBadge(worker, brief = false) {
  const number = worker ? numberOf(worker) : "?";
  const badge = make("span", "badge", brief ? number : `worker ${number}`);
  if (brief) badge.prepend(make("span", "unseen", "worker "));
  badge.title = worker ? `${nameOf(worker)}, pid ${worker.pid}` : "It never said hello.";
  colour(badge, worker);
  return badge;
}
