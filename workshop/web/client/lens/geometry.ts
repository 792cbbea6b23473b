import { LINES } from "../../lens/board.ts";
import type { Lane } from "../../lens/lanes.ts";
import type { Size } from "./hooks.ts";

/** The clock above the lanes, in px. */
export const AXIS = 30;
/** Below this width the lanes' names shrink to their numbers, in px. */
const NARROW = 720;
const [LOWEST, HIGHEST] = [66, 152];
/** Redis has marks on one line only. */
const REDIS_SHARE = 0.66;

/** A lane in the picture, in px. */
export interface Row {
  lane: Lane;
  top: number;
  height: number;
  /** Where the words stand that belong to a mark. */
  caption: number;
  /** Where what belongs to no session stands, in the middle of the lines. */
  middle: number;
  /** Where each of its lines for sessions is. */
  lines: readonly number[];
}

/** Where everything is, in px. */
export interface Geometry {
  width: number;
  height: number;
  /** Where the lanes' names stand, and the plot begins. */
  gutter: number;
  isNarrow: boolean;
  rows: readonly Row[];
  /** The width of a unit. */
  unit: number;
  /** The radius of a mark. */
  radius: number;
}

export function geometryOf(
  { width, height }: Size,
  lanes: readonly Lane[],
  unit: number,
): Geometry {
  const shares = lanes.map(({ kind }) => (kind === "redis" ? REDIS_SHARE : 1));
  const all = shares.reduce((sum, share) => sum + share, 0) || 1;
  const full = Math.min(HIGHEST, Math.max(LOWEST, (height - AXIS) / all));
  const isNarrow = width < NARROW;
  let top = AXIS;
  const rows = lanes.map((lane, at): Row => {
    const row = rowOf(lane, top, full * (shares[at] ?? 1));
    top += row.height;
    return row;
  });
  return {
    width,
    height: top,
    gutter: isNarrow ? 46 : 178,
    isNarrow,
    rows,
    unit,
    radius: Math.min(full / 8.5, Math.max(3, unit * 0.25)),
  };
}

function rowOf(lane: Lane, top: number, height: number): Row {
  if (lane.kind === "redis") {
    const middle = top + height / 2;
    return { lane, top, height, caption: top + height - 8, middle, lines: [middle] };
  }
  const words = height > 96 ? 34 : 22;
  const [first, last] = [top + height * 0.2, top + height - words - height * 0.12];
  const lines = Array.from(
    { length: LINES },
    (_, at) => first + ((last - first) * at) / (LINES - 1),
  );
  // From the middle outwards: where there are few sessions, their threads lie apart.
  const order = [2, 0, 4, 1, 3].map((at) => lines[at] ?? first);
  return {
    lane,
    top,
    height,
    caption: top + height - words + 12,
    middle: (first + last) / 2,
    lines: order,
  };
}

/** Where the words of a session's lane or of a relay's hop stand. */
export function rowIn({ rows }: Geometry, lane: string | undefined): Row | undefined {
  return rows.find((row) => row.lane.id === lane);
}
