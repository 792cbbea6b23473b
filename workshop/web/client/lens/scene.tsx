import type { Ref } from "preact";
import { useRef } from "preact/hooks";
import { AXIS, type Geometry } from "./geometry.ts";
import { Happened } from "./happened.tsx";
import { Band, Fade, Fades, Name } from "./lane-names.tsx";
import type { LensModel } from "./model.ts";
import { useScroll } from "./scroll.ts";

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
  const isMoved = useRef(false);
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
      style={{ "--scale": geometry.scale }}
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
        isMoved.current = false;
        if (event.button === 0) drag.current = event.clientX;
      }}
      onPointerMove={(event) => {
        if (drag.current === undefined || event.buttons === 0) return;
        const by = drag.current - event.clientX;
        if (Math.abs(by) < 4) return;
        drag.current = event.clientX;
        isMoved.current = true;
        scroll.by(by);
      }}
      onPointerUp={() => (drag.current = undefined)}
      onClickCapture={(event) => {
        // Whoever has moved the picture has not meant the mark that is there now.
        if (isMoved.current) event.stopPropagation();
      }}
    >
      <defs>
        <clipPath id="lens-plot">
          <rect x={gutter} y="0" width={Math.max(0, width - gutter)} height={height} />
        </clipPath>
        <Fades />
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
      <Fade paper="worker" x={gutter} y={0} height={AXIS} />
      {rows.map((row) => (
        <Name key={row.lane.id} row={row} geometry={geometry} totals={board.totals} />
      ))}
    </svg>
  );
}
