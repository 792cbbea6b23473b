import { useEffect, useReducer } from "preact/hooks";
import type { Thread } from "../../lens/board.ts";
import { sentenceOf, type Fact } from "../../lens/facts.ts";
import { captionsOf } from "./captions.ts";
import type { Relay } from "../../lens/relays.ts";
import { Clock, Notes } from "./clock.tsx";
import { Dense } from "./dense.tsx";
import { AXIS, type Geometry } from "./geometry.ts";
import { Glyph } from "./marks.tsx";
import type { LensModel } from "./model.ts";
import { hueFor, Picture } from "./picture.ts";
import { Fan, Lifeline, Passage, Pointer } from "./threads.tsx";
import { Said, Words } from "./words.tsx";

/** From how wide a unit on there is room for words at each mark, in px. */
const WORDY = 40;
/** Below this there is none for each mark by itself. */
const DENSE = 14;
/** Words that are out of sight after this time nobody reads, in s; and to move them costs most. */
const READABLE = 2.5;

/** Everything that happened in a stretch of the timeline, up to where somebody is. */
export function Happened({
  model,
  geometry,
  base,
  from,
  to,
}: {
  model: LensModel;
  geometry: Geometry;
  base: number;
  from: number;
  to: number;
}) {
  const { board, timeline, cursor = Infinity } = model;
  const { radius, unit, height } = geometry;
  const picture = new Picture({ board, timeline, geometry, base, from, to });
  const { items } = picture;
  const place = timeline.placeOf(model.cursor);
  const until = place ? picture.x(place.x) : Infinity;
  const inSight = (geometry.width - geometry.gutter) / unit / model.rate.at(Date.now());
  const isReadable = model.isPaused || inSight >= READABLE;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (isReadable) return undefined;
    // When nothing comes any more, nothing else would bring the words back.
    const timer = setTimeout(() => redraw(undefined), 500);
    return () => clearTimeout(timer);
  });
  const captions = isReadable
    ? captionsOf(
        picture,
        geometry,
        (fact) => board.relays.of(fact) !== undefined,
        place?.fact,
      ).filter(({ fact }) => fact.n <= cursor)
    : [];
  const relays = [...new Set(items.flatMap(({ fact }) => board.relays.of(fact) ?? []))];
  return (
    <>
      <Clock items={items} picture={picture} height={height} scale={geometry.scale} />
      <Notes items={items} picture={picture} height={height} />
      {place ? <path class="lens-cursor" d={`M${until} ${AXIS - 6}V${height}`} /> : null}
      {unit < DENSE ? (
        <>
          <g class="lens-dense">
            <Dense picture={picture} {...{ relays, radius, cursor, until }} />
          </g>
          {/* To be hit anywhere: such small marks cannot be. */}
          <rect
            class="lens-hit"
            x={picture.x(from)}
            width={picture.x(to) - picture.x(from)}
            height={height}
            onClick={({ currentTarget, clientX, clientY }) => {
              const matrix = currentTarget.getScreenCTM()?.inverse();
              if (!matrix) return;
              const near = picture.nearest(new DOMPoint(clientX, clientY).matrixTransform(matrix));
              if (near) model.select(near.n);
            }}
          />
          <Current fact={place?.fact} picture={picture} radius={radius} />
        </>
      ) : (
        <OneByOne
          {...{ model, geometry, picture, relays, until }}
          named={new Set(captions.map(({ fact }) => fact.n))}
        />
      )}
      {captions.map((caption) => (
        <Said key={caption.fact.n} caption={caption} geometry={geometry} />
      ))}
    </>
  );
}

/** A ring around the event at which somebody is. */
function Current({
  fact,
  picture,
  radius,
}: {
  fact: Fact | undefined;
  picture: Picture;
  radius: number;
}) {
  const at = fact && picture.point(fact);
  if (!at) return null;
  return (
    <g class="lens-current">
      <circle class="lens-hit" cx={at.x} cy={at.y} r={Math.max(radius * 1.9, 9)} />
    </g>
  );
}

/** Where there is room, each thing is drawn by itself, and can be pointed at. */
function OneByOne({
  model,
  geometry: { radius, unit, scale },
  picture,
  relays,
  until,
  named,
}: {
  model: LensModel;
  geometry: Geometry;
  picture: Picture;
  relays: readonly Relay[];
  until: number;
  /** Those that have words beside them. */
  named: ReadonlySet<number>;
}) {
  const { board, cursor = Infinity, selected } = model;
  const { items } = picture;
  const here = (fact: Fact) => fact.n <= cursor;
  const isRoomy = (fact: Fact, thread: Thread) => {
    const after = thread.facts.find(({ n }) => n > fact.n);
    const [at, next] = [picture.point(fact)?.x, after && picture.point(after)?.x];
    return at !== undefined && (next === undefined || next - at > 64 * scale);
  };
  return (
    <>
      {picture.threads.map((thread) => (
        <Lifeline key={thread.sid} thread={thread} picture={picture} until={until} />
      ))}
      {items.map(({ fact, x }) =>
        fact.shape === "publish" && here(fact) && !board.relays.of(fact) ? (
          <Fan key={fact.n} fact={fact} x={picture.x(x)} picture={picture} />
        ) : null,
      )}
      {relays.map((relay) => (
        <Passage key={relay.edge.n} {...{ relay, picture, radius, cursor }} />
      ))}
      {items.map(({ fact }) => {
        const thread = board.thread(fact.sid);
        return fact.tone === "refused" && thread && here(fact) ? (
          <Pointer
            key={fact.n}
            {...{ fact, thread, picture, radius }}
            isNamed={named.has(fact.n) && unit >= WORDY && isRoomy(fact, thread)}
          />
        ) : null;
      })}
      {items.map(({ fact }) => {
        const point = picture.point(fact);
        if (!point) return null;
        return (
          <g
            key={fact.n}
            class={markClass(fact, here(fact), fact.n === model.cursor, fact.n === selected)}
            data-n={fact.n}
            data-lane={fact.lane}
            data-hue={hueFor(fact)}
            transform={`translate(${point.x.toFixed(1)} ${point.y.toFixed(1)})`}
            onClick={() => model.select(fact.n)}
          >
            <title>{sentenceOf(fact)}</title>
            {/* Small marks, too, are to be hit by a finger. */}
            <circle class="lens-hit" r={Math.max(radius * 1.3, 9)} />
            <Glyph fact={fact} radius={radius} />
            {unit >= WORDY ? <Words {...{ fact, radius, scale }} /> : null}
          </g>
        );
      })}
    </>
  );
}

function markClass(fact: Fact, isHere: boolean, isCurrent: boolean, isSelected: boolean): string {
  return [
    "lens-mark",
    `lens-mark-${fact.tone}`,
    isHere ? "" : "lens-later",
    isCurrent ? "lens-current" : "",
    isSelected ? "lens-selected" : "",
  ]
    .filter(Boolean)
    .join(" ");
}
