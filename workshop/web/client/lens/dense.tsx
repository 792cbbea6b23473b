import type { Fact } from "../../lens/facts.ts";
import { hueOf } from "../../lens/lanes.ts";
import type { Relay } from "../../lens/relays.ts";
import { cross, outline, scaleOf } from "./marks.tsx";
import { hueFor, type Picture } from "./picture.ts";

/** Lines and marks of one colour and kind, as one path. */
class Strokes {
  readonly #paths = new Map<string, { kind: string; hue: number | undefined; parts: string[] }>();

  add(kind: string, hue: number | undefined, part: string): void {
    const key = `${kind} ${hue}`;
    const path = this.#paths.get(key) ?? { kind, hue, parts: [] };
    path.parts.push(part);
    this.#paths.set(key, path);
  }

  draw(order: readonly string[]) {
    return [...this.#paths]
      .toSorted(([, one], [, other]) => order.indexOf(one.kind) - order.indexOf(other.kind))
      .map(([key, { kind, hue, parts }]) => (
        <path
          key={key}
          class={`lens-${kind}`}
          data-hue={hue}
          data-count={parts.length}
          d={parts.join("")}
        />
      ));
  }
}

/** What is drawn below what. */
const LINES = ["fan", "polls", "socket", "passage", "pointer"];
const MARKS = ["later", "shape", "relayed", "gone", "birth", "cross"];

/**
 * The same as is drawn one by one where there is room: when hundreds are in sight, each colour and kind
 * is one path, so that it stays smooth. Whoever clicks gets the nearest.
 */
export function Dense({
  picture,
  relays,
  radius,
  cursor,
  until,
}: {
  picture: Picture;
  relays: Iterable<Relay>;
  radius: number;
  cursor: number;
  /** Where the event stands at which somebody is, in px. */
  until: number;
}) {
  const strokes = new Strokes();
  for (const thread of picture.threads) {
    const line = picture.lifeline(thread);
    if (!line || !thread.owner) continue;
    const hue = hueOf(thread.owner);
    const to = Math.min(line.to, until);
    const polls = Math.min(line.socket ?? to, to);
    if (polls > line.from) strokes.add("polls", hue, `M${line.from} ${line.y}H${polls}`);
    if (line.socket !== undefined && to > line.socket) {
      strokes.add("socket", hue, `M${line.socket} ${line.y}H${to}`);
    }
  }
  for (const relay of relays) {
    const passage = picture.passage(relay);
    if (!passage || relay.owner.n > cursor) continue;
    strokes.add("passage", hueFor(relay.edge), passage.there);
    if (relay.edge.n <= cursor) strokes.add("passage", hueFor(relay.edge), passage.home);
  }
  for (const { fact, x } of picture.items) {
    if (fact.n > cursor) continue;
    const fan = picture.fan(fact);
    if (fan) strokes.add("fan", hueFor(fact), `M${picture.x(x)} ${fan.top}V${fan.bottom}`);
    const thread = picture.threadOf(fact);
    const pointer =
      fact.tone === "refused" && fact.isForeign && thread && picture.pointer(fact, thread);
    if (pointer) {
      strokes.add("pointer", undefined, `M${pointer.from.x} ${pointer.from.y}V${pointer.to.y}`);
    }
  }
  const marks = new Strokes();
  for (const { fact } of picture.items) {
    const at = picture.point(fact);
    if (at) marks.add(...markOf(fact, radius, at.x, at.y, fact.n <= cursor));
  }
  return (
    <>
      <g>{strokes.draw(LINES)}</g>
      <g class="lens-marks">{marks.draw(MARKS)}</g>
    </>
  );
}

function markOf(
  fact: Fact,
  radius: number,
  x: number,
  y: number,
  isHere: boolean,
): [kind: string, hue: number | undefined, part: string] {
  const hue = hueFor(fact);
  const r = radius * scaleOf(fact);
  if (!isHere) return ["later", hue, outline(fact.shape, r, x, y)];
  if (fact.tone === "refused") return ["cross", undefined, cross(Math.max(4, r * 1.3), x, y)];
  if (fact.shape === "birth") return ["birth", hue, `M${x} ${y - radius}V${y + radius}`];
  const kind = fact.isRelayed ? "relayed" : fact.tone === "gone" ? "gone" : "shape";
  return [kind, hue, outline(fact.shape, r, x, y)];
}
