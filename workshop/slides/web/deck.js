// @ts-check
import Reveal from "reveal.js";
import Notes from "reveal.js/plugin/notes";
import { startReplay } from "./replay.js";
import { startTimers } from "./timer.js";
import { watchLive } from "./live.js";

/** How often a slide that shows a running step looks whether one runs, in ms. */
const LOOK_EVERY = 3_000;

const root = document.querySelector(".reveal");
if (!(root instanceof HTMLElement)) throw new Error("The page has no deck.");
const settings = JSON.parse(root.dataset.settings ?? "{}");
document.documentElement.style.setProperty("--height", `${settings.height}px`);

/** The speaker's window shows slides, too: those stand still. */
const isPreview = new URLSearchParams(location.search).has("receiver");

const deck = new Reveal(root, {
  ...settings,
  margin: 0,
  minScale: 0.1,
  maxScale: 5,
  center: false,
  controls: false,
  hash: true,
  transition: "none",
  backgroundTransition: "none",
  plugins: [Notes],
});
await deck.initialize();

deck.addKeyBinding({ keyCode: 84, key: "T", description: "Light or dark" }, () => {
  const { dataset } = document.documentElement;
  dataset.theme = dataset.theme === "dark" ? "light" : "dark";
});

startTimers(root);

/** @type {(() => void)[]} */
let shown = [];
function show() {
  for (const end of shown.splice(0)) end();
  const figure = deck.getCurrentSlide()?.querySelector(".trace");
  if (!(figure instanceof HTMLElement)) return;
  shown = [startReplay(figure, { still: isPreview }), watchLive(figure, LOOK_EVERY)];
}
deck.on("slidechanged", show);
show();

// For tests, and for who types in the console.
Object.assign(globalThis, { deck });
