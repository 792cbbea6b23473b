// @ts-check

/**
 * Shows the app itself while a session of the figure's step runs in this clone, else the recording.
 *
 * @param {HTMLElement} figure
 * @param {number} every how often it looks, in ms
 */
export function watchLive(figure, every) {
  const frame = figure.querySelector("iframe");
  const source = figure.querySelector(".source");
  const about = figure.querySelector(".about");
  const recorded = about?.innerHTML ?? "";
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
    if (isHere) {
      const what = live.shows === "lens" ? "the workbench of step" : "the app of step";
      about.textContent = `${what} ${live.step}, as it runs now at ${live.url}`;
      frame.src = live.url;
    } else {
      about.innerHTML = recorded;
      frame.removeAttribute("src");
    }
  };
  void look();
  const timer = setInterval(look, every);
  return {
    [Symbol.dispose]() {
      ended = true;
      clearInterval(timer);
    },
  };
}
