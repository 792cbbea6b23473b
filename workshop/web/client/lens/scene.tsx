import type { ComponentChildren, Ref } from "preact";
import { useRef } from "preact/hooks";
import { shortSid } from "../../../trace/line.ts";
import type { Board } from "../../lens/board.ts";
import { sentenceOf, type Fact } from "../../lens/facts.ts";
import { clock } from "../../lens/transcript.ts";
import { captionsOf } from "./captions.ts";
import { AXIS, type Geometry, type Row } from "./geometry.ts";
import { Glyph } from "./marks.tsx";
import type { LensModel } from "./model.ts";
import { hueFor, Picture } from "./picture.ts";
import { useScroll } from "./scroll.ts";
import { Fan, Lifeline, Passage, Pointer } from "./threads.tsx";
import type { Placed } from "./timeline.ts";

/** From how wide a unit on there is room for words at each mark, in px. */
const WORDY = 40;
/** Clock times stand at least so far apart, in px. */
const TICK = 96;

/** The lanes with all that has happened in them, up to the event at which somebody is. */
export function Scene({
  model,
  geometry,
  svg,
}: {
  model: LensModel;
  geometry: Geometry;
  svg: Ref<SVGSVGElement>;
}) {
  const { board } = model;
  const { width, height, gutter, rows } = geometry;
  const scroll = useScroll(model, geometry);
  const drag = useRef<number | undefined>(undefined);
  const label =
    board.size === 0
      ? "The lens: nothing has happened yet."
      : `The lens: ${rows.length} lanes, ${model.timeline.items.length} events shown, ${board.totals.refused} refused. The table tells the same.`;
  return (
    <svg
      ref={svg}
      class="lens-scene"
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      onWheel={(event) => {
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          model.zoomBy(event.deltaY < 0 ? 1 : -1);
          return;
        }
        const sideways = event.shiftKey ? event.deltaY : event.deltaX;
        if (Math.abs(sideways) < 1) return;
        event.preventDefault();
        scroll.by(sideways);
      }}
      onPointerDown={(event) => {
        if (event.button === 0) drag.current = event.clientX;
      }}
      onPointerMove={(event) => {
        if (drag.current === undefined || event.buttons === 0) return;
        const by = drag.current - event.clientX;
        if (Math.abs(by) < 4) return;
        drag.current = event.clientX;
        scroll.by(by);
      }}
      onPointerUp={() => (drag.current = undefined)}
    >
      <defs>
        <clipPath id="lens-plot">
          <rect x={gutter} y="0" width={Math.max(0, width - gutter)} height={height} />
        </clipPath>
      </defs>
      <rect class="lens-paper" width={width} height={height} />
      {rows.map((row) => (
        <Band key={row.lane.id} row={row} width={width} />
      ))}
      <g clip-path="url(#lens-plot)">
        <g ref={scroll.group}>
          <Happened model={model} geometry={geometry} {...scroll} />
        </g>
      </g>
      {rows.map((row) => (
        <Name key={row.lane.id} row={row} geometry={geometry} totals={board.totals} />
      ))}
    </svg>
  );
}

function Band({ row: { lane, top, height, middle }, width }: { row: Row; width: number }) {
  return (
    <g data-hue={lane.hue}>
      <rect class={`lens-band lens-band-${lane.kind}`} y={top} width={width} height={height} />
      <path class="lens-rule" d={`M0 ${top}H${width}`} />
      {lane.kind === "redis" ? (
        <path class="lens-bus" d={`M0 ${middle - 2}H${width}M0 ${middle + 2}H${width}`} />
      ) : null}
    </g>
  );
}

/** Whose lane it is, with what it has done so far. */
function Name({
  row: { lane, top, height },
  geometry: { gutter, isNarrow },
  totals,
}: {
  row: Row;
  geometry: Geometry;
  totals: Board["totals"];
}) {
  const counts = totals.lanes.get(lane.id);
  const middle = top + height / 2;
  const size = Math.min(22, height * 0.26);
  const x = isNarrow ? gutter / 2 : 14 + size;
  const host = lane.host ? `host ${lane.host} · ` : "";
  const name = lane.kind === "redis" ? "Redis" : `worker ${lane.mark}`;
  const refused = counts?.refused ?? 0;
  return (
    <g class="lens-name" data-hue={lane.hue} data-lane={lane.id}>
      <rect
        class={`lens-gutter lens-band-${lane.kind}`}
        y={top + 1}
        width={gutter}
        height={height - 1}
      />
      <path class="lens-gutter-edge" d={`M${gutter} ${top}V${top + height}`} />
      <circle
        class={`lens-badge lens-badge-${lane.kind}`}
        cx={x}
        cy={middle}
        r={isNarrow ? 15 : size}
      />
      <text
        class={`lens-badge-mark lens-badge-mark-${lane.kind}`}
        x={x}
        y={middle}
        dy="0.36em"
        font-size={isNarrow ? 15 : size * 1.05}
      >
        {isNarrow && lane.host ? `${lane.host}${lane.mark}` : lane.mark}
      </text>
      {isNarrow ? null : (
        <>
          <text class="lens-name-text" x={x + size + 12} y={middle - (counts ? 7 : -5)}>
            {name}
          </text>
          {counts ? (
            <text class="lens-name-more" x={x + size + 12} y={middle + 10}>
              {`${host}pid ${counts.pid ?? "–"}`}
            </text>
          ) : null}
          {refused > 0 && height > 84 ? (
            <text class="lens-name-refused" x={x + size + 12} y={middle + 27}>
              {`✕ ${refused} refused`}
            </text>
          ) : null}
        </>
      )}
    </g>
  );
}

function Happened({
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
  const { board, timeline, cursor = Infinity, selected } = model;
  const { radius, unit, height } = geometry;
  const picture = new Picture({ board, timeline, geometry, base, from, to });
  const { items } = picture;
  const place = timeline.placeOf(model.cursor);
  const until = place ? picture.x(place.x) : Infinity;
  const here = (fact: Fact) => fact.n <= cursor;
  const captions = captionsOf(
    picture,
    (fact) => board.relays.of(fact) !== undefined,
    place?.fact,
  ).filter(({ fact }) => here(fact));
  const named = new Set(captions.map(({ fact }) => fact.n));
  const relays = new Set(items.flatMap(({ fact }) => board.relays.of(fact) ?? []));
  return (
    <>
      <Clock items={items} picture={picture} height={height} />
      <Notes items={items} picture={picture} height={height} />
      {picture.threads.map((thread) => (
        <Lifeline key={thread.sid} thread={thread} picture={picture} until={until} />
      ))}
      {items.map(({ fact, x }) =>
        fact.shape === "publish" && here(fact) && !board.relays.of(fact) ? (
          <Fan key={fact.n} fact={fact} x={picture.x(x)} picture={picture} />
        ) : null,
      )}
      {[...relays].map((relay) => (
        <Passage
          key={relay.edge.n}
          relay={relay}
          picture={picture}
          radius={radius}
          cursor={cursor}
        />
      ))}
      {items.map(({ fact }) => {
        const thread = board.thread(fact.sid);
        return fact.tone === "refused" && thread && here(fact) ? (
          <Pointer
            key={fact.n}
            fact={fact}
            thread={thread}
            picture={picture}
            radius={radius}
            isNamed={named.has(fact.n) && unit >= WORDY}
          />
        ) : null;
      })}
      {place ? (
        <path class="lens-cursor" d={`M${picture.x(place.x)} ${AXIS - 6}V${height}`} />
      ) : null}
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
            {unit >= WORDY ? <Words fact={fact} radius={radius} /> : null}
          </g>
        );
      })}
      {captions.map(({ fact, x, said, means, isRefused }) => (
        <Said
          key={fact.n}
          hue={hueFor(fact)}
          x={x}
          geometry={geometry}
          lane={fact.lane}
          isRefused={isRefused}
        >
          {[said, means]}
        </Said>
      ))}
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

/** What a mark is, below it; and above it the session that it opens. */
function Words({ fact, radius }: { fact: Fact; radius: number }) {
  const { shape, tone, sid, event } = fact;
  if (shape === "birth") {
    return (
      <text class="lens-word" y={radius + 13}>
        {event.kind === "listening" ? "up" : "ready"}
      </text>
    );
  }
  if (event.kind !== "request" || !fact.isEngine) return null;
  return (
    <>
      <text class={`lens-word lens-word-${tone}`} y={radius + 14}>
        {shape === "upgrade" ? "WS" : fact.what}
      </text>
      {tone === "opened" ? (
        <text class="lens-sid" y={-radius * 1.42 - 6}>
          {shortSid(sid)}
        </text>
      ) : null}
    </>
  );
}

function Said({
  hue,
  x,
  geometry: { rows, radius },
  lane,
  isRefused,
  children: [said, means],
}: {
  hue: number | undefined;
  x: number;
  geometry: Geometry;
  lane: string | undefined;
  isRefused: boolean;
  children: [ComponentChildren, ComponentChildren];
}) {
  const row = rows.find((each) => each.lane.id === lane);
  if (!row) return null;
  const kind = isRefused ? "refused" : "relayed";
  const isLow = row.height <= 96;
  return (
    <g class={`lens-said lens-said-${kind}`} data-hue={hue}>
      <text x={x - radius} y={row.caption}>
        {said}
        {isLow && !isRefused && means ? ` ${String(means)}` : ""}
      </text>
      {means && !isLow ? (
        <text class="lens-means" x={x - radius} y={row.caption + 15}>
          {means}
        </text>
      ) : null}
    </g>
  );
}

function Clock({
  items,
  picture,
  height,
}: {
  items: readonly Placed[];
  picture: Picture;
  height: number;
}) {
  let free = -Infinity;
  return (
    <g class="lens-clock">
      {items.map(({ fact, x, pause }) => {
        const at = picture.x(x);
        const parts = [];
        if (pause !== undefined) {
          parts.push(<Pause key={`p${fact.n}`} x={at} ms={pause} height={height} />);
        }
        if (at >= free) {
          free = at + TICK;
          parts.push(
            <g key={fact.n}>
              <path class="lens-tick" d={`M${at} ${AXIS - 5}V${height}`} />
              <text x={at} y={AXIS - 11}>
                {clock(fact.when)}
              </text>
            </g>,
          );
        }
        return parts;
      })}
    </g>
  );
}

/** Time in which nothing happened. */
function Pause({ x, ms, height }: { x: number; ms: number; height: number }) {
  return (
    <g class="lens-pause">
      <path d={`M${x - 24} ${AXIS}V${height}`} />
      <text x={x - 24} y={height - 5}>
        {`${(ms / 1000).toFixed(1)} s`}
      </text>
    </g>
  );
}

/** What was done to the app, across all lanes. */
function Notes({
  items,
  picture,
  height,
}: {
  items: readonly Placed[];
  picture: Picture;
  height: number;
}) {
  return (
    <>
      {items.map(({ fact, x }) =>
        fact.event.kind === "note" ? (
          <g
            key={fact.n}
            class={`lens-note lens-note-${fact.event.tone}`}
            transform={`translate(${picture.x(x)} 0)`}
          >
            <path d={`M0 ${AXIS}V${height}`} />
            <text x="6" y={AXIS + 13}>
              {fact.says}
            </text>
          </g>
        ) : null,
      )}
    </>
  );
}
