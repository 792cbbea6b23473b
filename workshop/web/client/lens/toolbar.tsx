import { nameOf, shortSid } from "../../../trace/line.ts";
import type { Thread } from "../../lens/board.ts";
import { savePicture, saveTranscript, copyTranscript } from "./exports.ts";
import { ZOOMS, type LensModel } from "./model.ts";

/** So many sessions can be chosen from a list; others by their marks. */
const LISTED = 100;

/** All that can be done to the lens. */
export function Toolbar({
  model,
  svg,
  tell,
}: {
  model: LensModel;
  svg: () => SVGSVGElement | null;
  tell: (text: string) => void;
}) {
  const { isPaused, zoom, view } = model;
  const hasItems = model.timeline.items.length > 0;
  /** Says what came of it, or what went wrong. */
  const tellOf = (doing: Promise<string>) => {
    doing.then(tell, (error: Error) => tell(error.message));
  };
  const savedAs = (kind: "svg" | "png") =>
    savePicture(svg(), kind).catch((error: Error) => {
      throw new Error(`The picture could not be saved as lens.${kind}: ${error.message}`);
    });
  return (
    <div class="lens-tools" role="toolbar" aria-label="The lens">
      <div class="lens-group">
        <button
          type="button"
          class={isPaused ? "lens-primary" : ""}
          onClick={() => model.togglePause()}
          aria-keyshortcuts="Space"
        >
          {isPaused ? "▶ Live" : "❚❚ Pause"}
        </button>
        <button
          type="button"
          aria-label="One event back"
          title="One event back (←)"
          disabled={!hasItems}
          onClick={() => model.step(-1)}
        >
          ◀
        </button>
        <button
          type="button"
          aria-label="One event on"
          title="One event on (→)"
          disabled={!hasItems}
          onClick={() => model.step(1)}
        >
          ▶
        </button>
      </div>
      <div class="lens-group">
        <button
          type="button"
          aria-label="Zoom out"
          title="Zoom out (−)"
          disabled={zoom === 0}
          onClick={() => model.zoomBy(-1)}
        >
          −
        </button>
        <button
          type="button"
          aria-pressed={zoom === "auto"}
          title="As wide as the events come (0)"
          onClick={() => model.zoomTo("auto")}
        >
          Auto
        </button>
        <button
          type="button"
          aria-label="Zoom in"
          title="Zoom in (+)"
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => model.zoomBy(1)}
        >
          +
        </button>
      </div>
      <Choices model={model} />
      <Menu label="Show">
        <Check model={model} what="refused" label="Only refusals" />
        <Check model={model} what="files" label="The page’s files" />
        <Check model={model} what="redis" label="What Redis is told" />
        <Check model={model} what="starts" label="Starts and notes" />
      </Menu>
      <div class="lens-group" role="group" aria-label="View">
        <button
          type="button"
          aria-pressed={view === "picture"}
          onClick={() => model.lookAt("picture")}
        >
          Picture
        </button>
        <button type="button" aria-pressed={view === "table"} onClick={() => model.lookAt("table")}>
          Table
        </button>
      </div>
      <Menu label="Export">
        <button type="button" onClick={() => tellOf(copyTranscript(model))}>
          Copy transcript
        </button>
        <button type="button" onClick={() => tell(saveTranscript(model))}>
          Save transcript (.txt)
        </button>
        <button type="button" disabled={view !== "picture"} onClick={() => tellOf(savedAs("svg"))}>
          Save picture (.svg)
        </button>
        <button type="button" disabled={view !== "picture"} onClick={() => tellOf(savedAs("png"))}>
          Save picture (.png)
        </button>
      </Menu>
      <button
        type="button"
        onClick={() => tellOf(model.clear().then(() => ""))}
        title="Forget all events"
      >
        Clear
      </button>
    </div>
  );
}

function Choices({ model }: { model: LensModel }) {
  const { board, filter } = model;
  const threads = board.threads.slice(0, LISTED);
  const chosen = board.thread(filter.sid);
  const listed = chosen && !threads.includes(chosen) ? [chosen, ...threads] : threads;
  return (
    <>
      <label class="lens-choice">
        <span>Session</span>
        <select
          value={filter.sid ?? ""}
          onChange={({ currentTarget }) => model.show({ sid: currentTarget.value || undefined })}
        >
          <option value="">all</option>
          {listed.map((thread) => (
            <option key={thread.sid} value={thread.sid}>
              {aboutThread(thread)}
            </option>
          ))}
        </select>
      </label>
      <label class="lens-choice">
        <span>Lane</span>
        <select
          value={filter.lane ?? ""}
          onChange={({ currentTarget }) => model.show({ lane: currentTarget.value || undefined })}
        >
          <option value="">all</option>
          {board.lanes.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function aboutThread({ sid, owner, facts, refused }: Thread): string {
  const whose = owner ? nameOf(owner) : "owner unknown";
  return `${shortSid(sid)} · ${whose} · ${facts.length} requests${refused ? `, ${refused} refused` : ""}`;
}

/** A menu that is a disclosure: what opens it is a button to everybody. */
function Menu({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <details
      class="lens-menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.currentTarget.open = false;
        event.currentTarget.querySelector("summary")?.focus();
      }}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || !event.currentTarget.contains(to)) {
          event.currentTarget.open = false;
        }
      }}
    >
      <summary>{label}</summary>
      <div class="lens-menu-items">{children}</div>
    </details>
  );
}

function Check({
  model,
  what,
  label,
}: {
  model: LensModel;
  what: "refused" | "files" | "redis" | "starts";
  label: string;
}) {
  return (
    <label>
      <input
        type="checkbox"
        checked={model.filter[what]}
        onChange={({ currentTarget }) => model.show({ [what]: currentTarget.checked })}
      />
      {label}
    </label>
  );
}
