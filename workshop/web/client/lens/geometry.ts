import { LINES } from "../../lens/board.ts";
import type { Lane } from "../../lens/lanes.ts";
import type { Size } from "./hooks.ts";

/** The clock above the lanes, in px, with room for the name of a session in the first of them. */
export const AXIS = 44;
/** Below this width the lanes' names shrink to their numbers, in px. */
const NARROW = 720;
const [LOWEST, HIGHEST] = [66, 240];
/** Redis has marks on one line only. */
const REDIS_SHARE = 0.66;

/** A lane in the picture, in px. */
export interface Row {
  lane: Lane;
  top: number;
  height: number;
  /** Where the words stand that belong to a mark. */
  caption: number;
  /** Whether there is room for one line of them only. */
  isLow: boolean;
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
  /** How large letters are, beside those on a screen of usual size. */
  scale: number;
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
  const scale = Math.min(1.4, Math.max(0.92, width / 1300));
  let top = AXIS;
  const rows = lanes.map((lane, at): Row => {
    const row = rowOf(lane, top, full * (shares[at] ?? 1), scale);
    top += row.height;
    return row;
  });
  return {
    width,
    height: top,
    gutter: isNarrow ? 46 : 168 * scale,
    isNarrow,
    scale,
    rows,
    unit,
    radius: Math.min(full / 8, Math.max(3, unit * 0.24)),
  };
}

function rowOf(lane: Lane, top: number, height: number, scale: number): Row {
  if (lane.kind === "redis") {
    const middle = top + height / 2;
    return { lane, top, height, caption: top + height - 8, isLow: true, middle, lines: [middle] };
  }
  const isLow = height < 100 * scale;
  const words = (isLow ? 18 : 33) * scale;
  const [first, last] = [top + height * 0.2, top + height - words - height * 0.13];
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
    caption: top + height - words + 11 * scale,
    isLow,
    middle: (first + last) / 2,
    lines: order,
  };
}

/** Where the words of a session's lane or of a relay's hop stand. */
export function rowIn({ rows }: Geometry, lane: string | undefined): Row | undefined {
  return rows.find((row) => row.lane.id === lane);
}
