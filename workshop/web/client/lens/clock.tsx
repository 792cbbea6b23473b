import { clock } from "../../lens/transcript.ts";
import { AXIS } from "./geometry.ts";
import type { Picture } from "./picture.ts";
import type { Placed } from "./timeline.ts";

/** Where they are written, and where the ticks begin, in px. */
const [WRITTEN, TICKED] = [17, 23];
/** Clock times stand at least so far apart, in px. */
const TICK = 96;

/** When it was, and where nothing happened for a while. */
export function Clock({
  items,
  picture,
  height,
  scale,
}: {
  items: readonly Placed[];
  picture: Picture;
  height: number;
  scale: number;
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
          free = at + TICK * scale;
          parts.push(
            <g key={fact.n}>
              <path class="lens-tick" d={`M${at} ${TICKED}V${height}`} />
              <text x={at} y={WRITTEN}>
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
export function Notes({
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
