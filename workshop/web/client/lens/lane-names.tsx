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
