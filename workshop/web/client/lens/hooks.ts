import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { LensModel } from "./model.ts";

/** Draws anew when the model has changed, but no more often than the screen does. */
export function useModel(model: LensModel): number {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let frame = 0;
    const later = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        redraw(undefined);
      });
    };
    const stop = model.subscribe(later);
    later();
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [model]);
  return model.version;
}

export interface Size {
  width: number;
  height: number;
}

/** The size of an element, in px, as it changes. */
export function useSize<T extends Element>() {
  const ref = useRef<T>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      setSize({ width, height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size] as const;
}

/** Whether the person has asked for less motion. */
export function wantsStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
