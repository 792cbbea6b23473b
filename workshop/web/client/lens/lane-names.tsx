import type { Board } from "../../lens/board.ts";
import type { Geometry, Row } from "./geometry.ts";

/** A lane's ground. */
export function Band({ row: { lane, top, height, middle }, width }: { row: Row; width: number }) {
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

/** What leaves on the left fades, so that half a word is no word. In px. */
const FADE = 40;
const PAPERS = ["worker", "redis"] as const;

/** How it fades, on either ground. */
export function Fades() {
  return (
    <>
      {PAPERS.map((paper) => (
        <linearGradient key={paper} id={`lens-fade-${paper}`}>
          <stop class={`lens-fade-${paper}`} offset="0.1" />
          <stop class={`lens-fade-${paper}`} offset="1" stop-opacity="0" />
        </linearGradient>
      ))}
    </>
  );
}

/** Lies over the left end of a lane, or of the clock. */
export function Fade({
  paper,
  ...place
}: {
  paper: (typeof PAPERS)[number];
  x: number;
  y: number;
  height: number;
}) {
  return <rect class="lens-fade" fill={`url(#lens-fade-${paper})`} width={FADE} {...place} />;
}

/** Whose lane it is, with what it has done so far. */
export function Name({
  row: { lane, top, height },
  geometry: { gutter, isNarrow, scale },
  totals,
}: {
  row: Row;
  geometry: Geometry;
  totals: Board["totals"];
}) {
  const counts = totals.lanes.get(lane.id);
  const middle = top + height / 2;
  const size = isNarrow ? 15 : Math.min(21 * scale, height * 0.26);
  const x = isNarrow ? gutter / 2 : 36 * scale;
  const isRedis = lane.kind === "redis";
  const refused = counts?.refused ?? 0;
  const lines = [
    { kind: "text", text: isRedis ? "Redis" : `worker ${lane.mark}` },
    ...(lane.host ? [{ kind: "more", text: `on host ${lane.host}` }] : []),
    ...(counts?.pid === undefined ? [] : [{ kind: "more", text: `pid ${counts.pid}` }]),
    ...(refused > 0 ? [{ kind: "refused", text: `✕ ${refused} refused` }] : []),
  ].slice(0, Math.max(1, Math.floor(height / (19 * scale))));
  const first = middle - ((lines.length - 1) * 17 * scale) / 2;
  return (
    <g class="lens-name" data-hue={lane.hue} data-lane={lane.id}>
      <rect
        class={`lens-gutter lens-band-${lane.kind}`}
        y={top + 1}
        width={gutter}
        height={height - 1}
      />
      <Fade paper={isRedis ? "redis" : "worker"} x={gutter} y={top + 1} height={height - 1} />
      <path class="lens-gutter-edge" d={`M${gutter} ${top}V${top + height}`} />
      <circle class={`lens-badge lens-badge-${lane.kind}`} cx={x} cy={middle} r={size} />
      <text
        class={`lens-badge-mark lens-badge-mark-${lane.kind}`}
        x={x}
        y={middle}
        dy="0.36em"
        font-size={size * 1.05}
      >
        {isNarrow && lane.host ? `${lane.host}${lane.mark}` : lane.mark}
      </text>
      {isNarrow
        ? null
        : lines.map(({ kind, text }, at) => (
            <text
              key={kind + text}
              class={`lens-name-${kind}`}
              x={70 * scale}
              y={first + at * 17 * scale + 5 * scale}
            >
              {text}
            </text>
          ))}
    </g>
  );
}
