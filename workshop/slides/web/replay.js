// @ts-check

/** A recording takes no longer than this, however long it took; in ms. */
const LONGEST = 9_000;
/** Of waits in which nothing happened, so much is left; in ms. */
const PAUSE = 900;

/**
 * Shows the lines of a recording one after the other, as they came, and again when it is asked to.
 * Gives what ends that.
 *
 * @param {HTMLElement} figure
 * @param {{ still: boolean }} options
 */
export function startReplay(figure, { still }) {
  const list = figure.querySelector(".lines");
  const lines = [...figure.querySelectorAll("li")];
  const times = paced(lines.map((line) => Number(line.dataset.at)));
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];

  const stop = () => {
    for (const timer of timers.splice(0)) clearTimeout(timer);
  };
  const play = () => {
    stop();
    const isStill = still || matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const [at, line] of lines.entries()) {
      if (isStill) continue;
      line.hidden = true;
      timers.push(
        setTimeout(() => {
          line.hidden = false;
          // As a terminal does: the newest is at the bottom.
          if (list) list.scrollTop = list.scrollHeight;
        }, times[at]),
      );
    }
  };
  const button = figure.querySelector(".replay");
  button?.addEventListener("click", play);
  play();
  return () => {
    stop();
    button?.removeEventListener("click", play);
    for (const line of lines) line.hidden = false;
  };
}

/**
 * The times of the lines, with long waits made short.
 *
 * @param {number[]} times
 */
function paced(times) {
  let before = 0;
  let sum = 300;
  const all = times.map((at) => {
    sum += Math.min(Math.max(at - before, 60), PAUSE);
    before = at;
    return sum;
  });
  const scale = Math.min(1, LONGEST / Math.max(sum, 1));
  return all.map((at) => at * scale);
}
