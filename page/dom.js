// @ts-check

/**
 * The element of the page with this `data-testid`: the page and the checks call its parts by the
 * same names.
 *
 * @template {Element} T
 * @param {string} name
 * @param {new () => T} type
 * @returns {T}
 */
export function part(name, type) {
  const element = document.querySelector(`[data-testid="${name}"]`);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} named "${name}".`);
  return element;
}

/**
 * A new element that holds text, and only ever text: whatever a server or a person sends is shown,
 * never parsed.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} className
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/**
 * A moment as people read it off a log: `14:02:11`.
 *
 * @param {Date} moment
 */
export function makeTime(moment) {
  const element = make("time", "time", clock.format(moment));
  element.dateTime = moment.toISOString();
  return element;
}

/**
 * A session id cut to what the eye can compare.
 *
 * @param {string} sid
 */
export function shorten(sid) {
  return sid.length > 8 ? `${sid.slice(0, 7)}…` : sid;
}

/**
 * A length of time as people read it: `12 ms`, `1.4 s`.
 *
 * @param {number} ms
 */
export function readable(ms) {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
