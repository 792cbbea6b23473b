// @ts-check

/** @typedef {{ step: number, url: string, workbench?: string }} Live */

/**
 * Shows what runs while a session of the figure's step runs in this clone, else the recording: the
 * workbench's lens where there is one, else the app itself. Gives what ends that.
 *
 * @param {HTMLElement} figure
 * @param {number} every how often it looks, in ms
 */
export function watchLive(figure, every) {
  const frame = figure.querySelector("iframe");
  const source = figure.querySelector(".source");
  const about = figure.querySelector(".about");
  const button = figure.querySelector(".replay");
  const recorded = [...(about?.childNodes ?? [])];
  let ended = false;

  const look = async () => {
    const live = await fetch("/live")
      .then((answer) => answer.json())
      .catch(() => null);
    if (ended || !frame || !source || !about) return;
    const isHere = live !== null && String(live.step) === figure.dataset.step;
    if (isHere === figure.classList.contains("live")) return;
    figure.classList.toggle("live", isHere);
    frame.hidden = !isHere;
    source.textContent = isHere ? "Live" : "Recorded";
    if (button) button.textContent = isHere ? "Reload" : "Replay";
    about.replaceChildren(...(isHere ? told(live) : recorded));
    if (isHere) frame.src = shown(live);
    else frame.removeAttribute("src");
  };
  // A page that is loaded again meets other workers.
  const reload = () => {
    if (frame?.src && !frame.hidden) frame.src = String(frame.src);
  };
  button?.addEventListener("click", reload);
  void look();
  const timer = setInterval(look, every);
  return () => {
    ended = true;
    clearInterval(timer);
    button?.removeEventListener("click", reload);
  };
}

/**
 * @param {Live} live
 * @returns {string} what the frame shows
 */
function shown({ url, workbench }) {
  if (!workbench) return url;
  const lens = new URL("/live", workbench);
  lens.searchParams.set("token", new URL(workbench).searchParams.get("token") ?? "");
  lens.searchParams.set("theme", document.documentElement.dataset.theme ?? "light");
  lens.searchParams.set("controls", "no");
  return lens.href;
}

/**
 * @param {Live} live
 * @returns {(string | Node)[]}
 */
function told({ step, url, workbench }) {
  if (!workbench) return [`the app of step ${step}, as it runs now at ${url}`];
  const link = document.createElement("a");
  link.href = workbench;
  link.target = "_blank";
  link.textContent = "open the workbench";
  return [`every request of step ${step} as it comes, at ${url}; `, link];
}
