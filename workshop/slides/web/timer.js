// @ts-check

/**
 * Lets the clocks of the exercises run when their buttons are pressed.
 *
 * @param {HTMLElement} root
 */
export function startTimers(root) {
  for (const timer of root.querySelectorAll(".timer")) {
    if (timer instanceof HTMLElement) start(timer);
  }
}

/** @param {HTMLElement} timer */
function start(timer) {
  const button = timer.querySelector("button");
  const face = timer.querySelector("output");
  if (!button || !face) return;
  const whole = Number(timer.dataset.minutes) * 60_000;
  let left = whole;
  let since = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;

  const now = () => (ticking === undefined ? left : left - (performance.now() - since));
  const draw = () => {
    const seconds = Math.ceil(now() / 1000);
    const shown = Math.abs(seconds);
    const text = `${Math.floor(shown / 60)}:${String(shown % 60).padStart(2, "0")}`;
    face.textContent = seconds < 0 ? `−${text}` : text;
    timer.classList.toggle("over", seconds <= 0);
  };
  button.addEventListener("click", () => {
    if (ticking === undefined) {
      since = performance.now();
      ticking = setInterval(draw, 250);
      button.textContent = "Pause";
    } else {
      left = now();
      clearInterval(ticking);
      ticking = undefined;
      button.textContent = "Go on";
    }
    draw();
  });
}
