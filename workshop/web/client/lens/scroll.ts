import type { RefObject } from "preact";
import { useEffect, useReducer, useRef } from "preact/hooks";
import type { Geometry } from "./geometry.ts";
import { wantsStillness } from "./hooks.ts";
import type { LensModel } from "./model.ts";

/** Room for the words of the latest mark, in px. */
const AHEAD = 190;
/** And on a narrow screen, in widths of the plot. */
const AHEAD_SHARE = 0.42;
/** What is drawn beyond the edges on both sides, in widths of the plot. */
const MARGIN = 0.3;
/** How much of the way is gone in one frame. */
const PACE = 0.22;

/** The stretch of the timeline that is drawn, in units, and the group that is moved. */
export interface Scroll {
  group: RefObject<SVGGElement | null>;
  base: number;
  from: number;
  to: number;
  /** Goes so many px to the right. */
  by: (px: number) => void;
}

/**
 * Keeps the plot at what is of interest: the latest event, or the one at which somebody is. Between
 * two drawings the group is only moved; it is drawn anew when other events come into sight.
 */
export function useScroll(model: LensModel, geometry: Geometry): Scroll {
  const { unit, gutter, width } = geometry;
  const span = Math.max(1, (width - gutter) / unit);
  const group = useRef<SVGGElement>(null);
  const left = useRef<number | undefined>(undefined);
  const drawn = useRef({ base: 0, from: 0, to: 0 });
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const frame = useRef(0);

  const target = () => targetOf(model, span, unit, left.current);
  const stretch = (at: number) => {
    const step = span * MARGIN;
    const base = Math.floor(at / step) * step;
    // Words reach from a mark to the right, so more is drawn on the left.
    return { base, from: base - step, to: base + span + step };
  };
  const place = () => {
    const at = left.current ?? 0;
    const { base } = drawn.current;
    group.current?.setAttribute(
      "transform",
      `translate(${(gutter + (base - at) * unit).toFixed(2)} 0)`,
    );
  };

  left.current ??= target();
  // A jump farther than what is drawn has nothing to glide over.
  if (Math.abs(target() - left.current) > span * 1.5) left.current = target();
  drawn.current = stretch(left.current);

  useEffect(() => {
    place();
    const glide = () => {
      frame.current = 0;
      const [at, to] = [left.current ?? 0, target()];
      const rest = to - at;
      left.current = Math.abs(rest) * unit < 0.5 || wantsStillness() ? to : at + rest * PACE;
      if (stretch(left.current).base === drawn.current.base) place();
      else redraw(undefined);
      if (left.current !== to) frame.current = requestAnimationFrame(glide);
    };
    if (left.current !== target()) frame.current = requestAnimationFrame(glide);
    return () => cancelAnimationFrame(frame.current);
  });

  return {
    group,
    ...drawn.current,
    by(px) {
      const { start, end } = model.timeline;
      const to = (left.current ?? 0) + px / unit;
      left.current = Math.min(Math.max(to, start - 1), Math.max(start - 1, end - 1));
      model.holdAt(left.current);
    },
  };
}

/** What should stand at the left edge, in units. */
function targetOf(model: LensModel, span: number, unit: number, now: number | undefined): number {
  const { start, end } = model.timeline;
  const beginning = start - 1.2;
  const latest = Math.max(beginning, end - span + Math.min(AHEAD / unit, span * AHEAD_SHARE));
  if (!model.isPaused) return latest;
  if (model.held !== undefined) return model.held;
  const cursor = model.timeline.placeOf(model.cursor);
  if (!cursor) return Math.min(now ?? latest, latest);
  const [low, high] = [cursor.x - span * 0.62, cursor.x - span * 0.15];
  return Math.max(beginning, Math.min(latest, Math.max(low, Math.min(high, now ?? latest))));
}
