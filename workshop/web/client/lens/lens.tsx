import type { ComponentChildren } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { KEPT } from "../../lens/messages.ts";
import { sentenceOf } from "../../lens/facts.ts";
import { REDIS_LANE } from "../../lens/lanes.ts";
import { clock } from "../../lens/transcript.ts";
import { geometryOf } from "./geometry.ts";
import { Heads } from "./heads.tsx";
import { useModel, useSize } from "./hooks.ts";
import { Legend } from "./legend.tsx";
import type { LensModel } from "./model.ts";
import { Scene } from "./scene.tsx";
import { Table } from "./table.tsx";
import { Toolbar } from "./toolbar.tsx";
import "./lens.css";

/** The lens with all that belongs to it; without tools where it is only to be looked at. */
export function Lens({
  model,
  hasTools = true,
  children,
}: {
  model: LensModel;
  hasTools?: boolean;
  /** What else can be done here. */
  children?: ComponentChildren;
}) {
  useModel(model);
  const [plot, size] = useSize<HTMLDivElement>();
  const svg = useRef<SVGSVGElement>(null);
  const [told, tell] = useState("");
  const { board } = model;
  const unit = model.unit(size.width);
  const geometry = geometryOf(size, board.lanes, unit);
  const selected = board.fact(model.selected);
  return (
    <div class="lens" data-paused={model.isPaused ? "" : undefined}>
      <Status model={model} />
      {hasTools ? (
        <div class="lens-controls">
          <Toolbar model={model} svg={() => svg.current} tell={tell} />
          {children}
        </div>
      ) : null}
      <p class="lens-told" role="status">
        {told}
      </p>
      <div class={selected ? "lens-body lens-body-split" : "lens-body"}>
        {model.view === "picture" ? (
          <div
            ref={plot}
            class="lens-plot"
            role="application"
            aria-label="The lens. Arrow keys step through the events, Enter shows one, Space pauses. The table tells the same."
            tabIndex={0}
            onKeyDown={(event) => {
              if (act(model, event.key)) event.preventDefault();
            }}
          >
            {size.width > 0 && board.lanes.length > 0 ? (
              <Scene model={model} geometry={geometry} svg={svg} />
            ) : null}
            {model.timeline.items.length === 0 ? <Empty model={model} /> : null}
          </div>
        ) : (
          <Table model={model} />
        )}
        {selected ? <Heads model={model} fact={selected} /> : null}
      </div>
      <Now model={model} />
      {hasTools ? <Legend hasRedis={board.lanes.includes(REDIS_LANE)} /> : null}
    </div>
  );
}

/** What a key does. False when it does nothing here. */
function act(model: LensModel, key: string): boolean {
  const { items } = model.timeline;
  const acts: Record<string, () => void> = {
    ArrowLeft: () => model.step(-1),
    ArrowRight: () => model.step(1),
    PageUp: () => model.step(-10),
    PageDown: () => model.step(10),
    Home: () => model.stepTo(items[0]?.fact.n),
    End: () => model.stepTo(items.at(-1)?.fact.n),
    Enter: () => model.select(model.current?.n),
    Escape: () => model.select(undefined),
    " ": () => model.togglePause(),
    "+": () => model.zoomBy(1),
    "=": () => model.zoomBy(1),
    "-": () => model.zoomBy(-1),
    "0": () => model.zoomTo("auto"),
  };
  const found = Object.hasOwn(acts, key) ? acts[key] : undefined;
  found?.();
  return found !== undefined;
}

/** How it goes, in figures to be read from afar. */
function Status({ model }: { model: LensModel }) {
  const { board, isPaused, waiting } = model;
  const { opened, refused, relayed } = board.totals;
  const rate = model.rate.at(Date.now());
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    // When nothing comes any more, nothing else would take the rate down.
    if (rate === 0) return undefined;
    const timer = setTimeout(() => redraw(undefined), 500);
    return () => clearTimeout(timer);
  });
  return (
    <header class="lens-status">
      <p class="lens-state">
        <span class={isPaused ? "lens-pill lens-pill-paused" : "lens-pill"}>
          {isPaused ? "Paused" : "Live"}
        </span>
        <span class="lens-rate">
          {isPaused
            ? waiting > 0
              ? `${waiting} more have come since`
              : "nothing new has come since"
            : `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} events/s`}
        </span>
      </p>
      <dl class="lens-figures">
        <Figure name={opened === 1 ? "session" : "sessions"} value={opened} />
        <Figure name="refused" value={refused} kind={refused > 0 ? "refused" : undefined} />
        {board.lanes.includes(REDIS_LANE) ? <Figure name="over Redis" value={relayed} /> : null}
      </dl>
      <p class="lens-dropped">
        {board.dropped > 0
          ? `The ${board.dropped.toLocaleString("en")} oldest events were dropped; the latest ${board.size.toLocaleString("en")} are kept.`
          : board.size > KEPT / 2
            ? `${board.size.toLocaleString("en")} of ${KEPT.toLocaleString("en")} events kept.`
            : ""}
      </p>
    </header>
  );
}

function Figure({
  name,
  value,
  kind,
}: {
  name: string;
  value: number;
  kind?: "refused" | undefined;
}) {
  return (
    <div class={kind ? `lens-figure lens-figure-${kind}` : "lens-figure"}>
      <dt>{name}</dt>
      <dd>{kind === "refused" ? `✕ ${value}` : value}</dd>
    </div>
  );
}

/** The event at which somebody is, in a sentence; live, only whoever looks sees it. */
function Now({ model }: { model: LensModel }) {
  const { items } = model.timeline;
  const fact = model.cursor === undefined ? undefined : model.current;
  const at = fact && items.findIndex(({ fact: { n } }) => n === fact.n);
  return (
    <p class={`lens-now ${fact?.tone === "refused" ? "lens-is-refused" : ""}`} aria-live="polite">
      {fact ? (
        <>
          <span class="lens-now-at">
            {(at ?? 0) + 1} of {items.length} · {clock(fact.when)}
          </span>{" "}
          {sentenceOf(fact)}
        </>
      ) : null}
    </p>
  );
}

function Empty({ model }: { model: LensModel }) {
  const { board } = model;
  return (
    <p class="lens-empty">
      {board.size > 0
        ? "Nothing of what has happened is shown with this filter."
        : board.lanes.length > 0
          ? "Nothing has happened yet. Open a chat window, or a crowd, and watch the handshakes arrive."
          : "Start a step: its workers will be lanes here, and each request a mark on the worker that answered it."}
    </p>
  );
}
