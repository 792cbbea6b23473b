import { shortSid } from "../../../trace/line.ts";
import type { Fact } from "../../lens/facts.ts";
import type { Caption } from "./captions.ts";
import { rowIn, type Geometry } from "./geometry.ts";
import { hueFor } from "./picture.ts";

/** What a mark is, below it; and above it the session that it opens. */
export function Words({ fact, radius, scale }: { fact: Fact; radius: number; scale: number }) {
  const { shape, tone, sid, event } = fact;
  if (event.kind === "listening") {
    return (
      <text class="lens-word" y={radius + 13 * scale}>
        up
      </text>
    );
  }
  if (event.kind !== "request" || !fact.isEngine) return null;
  return (
    <>
      <text
        class={`lens-word lens-word-${tone}`}
        y={radius * (tone === "opened" || tone === "refused" ? 1.5 : 1) + 13 * scale}
      >
        {shape === "upgrade" ? "WS" : fact.what}
      </text>
      {tone === "opened" ? (
        <text class="lens-sid" y={-radius * 1.42 - 6 * scale}>
          {shortSid(sid)}
        </text>
      ) : null}
    </>
  );
}

/** What was said of it, in the words of its lane's last line. */
export function Said({
  caption: { fact, x, said, means, short, isRefused },
  geometry,
}: {
  caption: Caption;
  geometry: Geometry;
}) {
  const row = rowIn(geometry, fact.lane);
  if (!row) return null;
  const { radius, scale } = geometry;
  const left = x - radius;
  return (
    <g class={`lens-said lens-said-${isRefused ? "refused" : "relayed"}`} data-hue={hueFor(fact)}>
      <text x={left} y={row.caption}>
        {row.isLow ? short : said}
      </text>
      {means && !row.isLow ? (
        <text class="lens-means" x={left} y={row.caption + 15 * scale}>
          {means}
        </text>
      ) : null}
    </g>
  );
}
