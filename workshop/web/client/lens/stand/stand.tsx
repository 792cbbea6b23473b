/**
 * The lens on a stand, without the workbench: it plays what was recorded of a step. For its tests, and
 * for whoever works on how it looks.
 *
 *     index.html?step=7              all that was recorded
 *     index.html?step=3&upto=40      the first 40 events
 *     index.html?step=3&rate=200     over and over, so many events a second, for `for` seconds
 *     …&keep=500                     how many events it keeps
 *     …&alone                        as on a slide, with the parameters of its own
 */
import { render } from "preact";
import type { LensEvent, LensSnapshot } from "../../../lens/messages.ts";
import { LensAlone } from "../embed.tsx";
import { drawingOf } from "../exports.ts";
import { Lens } from "../lens.tsx";
import { LensModel } from "../model.ts";
import { Player } from "./player.ts";

declare global {
  interface Window {
    /** For tests: the model, what was recorded, how to play more of it, and the picture itself. */
    stand: {
      model: LensModel;
      recorded: readonly LensEvent[];
      player: Player;
      drawing: () => string;
    };
  }
}

const wanted = new URLSearchParams(location.search);
const step = wanted.get("step") ?? "3";
const response = await fetch(new URL(`../../../lens/fixtures/step-${step}.json`, import.meta.url));
const recorded: LensSnapshot = await response.json();
const theme = wanted.get("theme");
if (theme) document.documentElement.dataset.theme = theme;

const upto = Number(wanted.get("upto") ?? Infinity);
const events = recorded.events.slice(0, upto);
const model = new LensModel(
  {
    snapshot: async () => player.snapshot(),
    clear: () => {
      player.clear();
      model.hear({ run: 1, events: [], isCleared: true });
    },
  },
  Number(wanted.get("keep")) || undefined,
);
const player = new Player({ ...recorded, events }, (batch) => model.hear(batch));
await model.refresh();
window.stand = { model, recorded: recorded.events, player, drawing };

const place = document.getElementById("stand");
if (place) {
  if (wanted.has("alone")) place.style.padding = "0";
  render(
    wanted.has("alone") ? (
      <LensAlone model={model} search={location.search} />
    ) : (
      <Lens model={model} />
    ),
    place,
  );
}
function drawing(): string {
  const scene = document.querySelector(".lens-scene");
  if (!(scene instanceof SVGSVGElement)) throw new Error("Nothing is drawn yet.");
  return drawingOf(scene);
}

const rate = Number(wanted.get("rate"));
if (rate > 0) player.play(rate, Number(wanted.get("for") ?? 10));
