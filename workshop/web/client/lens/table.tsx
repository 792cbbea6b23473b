import { useState } from "preact/hooks";
import { nameOf, shortSid } from "../../../trace/line.ts";
import type { Fact } from "../../lens/facts.ts";
import { clock } from "../../lens/transcript.ts";
import type { LensModel } from "./model.ts";

/** How many rows a page has: as many as a screen reader or a slow machine can bear. */
const ROWS = 50;

/** The same facts as the picture's, as a table, in pages; the last one unless somebody turns back. */
export function Table({ model }: { model: LensModel }) {
  const [chosen, choose] = useState<number | undefined>(undefined);
  const { shown, cursor } = { shown: model.shown, cursor: model.cursor };
  const last = Math.max(0, Math.ceil(shown.length / ROWS) - 1);
  const ofCursor = Math.floor(shown.findIndex(({ n }) => n === cursor) / ROWS);
  const page = Math.min(last, chosen ?? (ofCursor >= 0 ? ofCursor : last));
  const rows = shown.slice(page * ROWS, (page + 1) * ROWS);
  const turn = (to: number) => {
    // What is read shall not go away; on the last page new rows are what one waits for.
    choose(to >= last ? undefined : Math.max(0, to));
    if (to < last) model.pause();
  };
  return (
    <div class="lens-table">
      <div class="lens-table-scroll" tabIndex={0} role="region" aria-label="Events, as a table">
        <table>
          <caption>
            {shown.length === 0
              ? "No events to show."
              : `Events ${page * ROWS + 1} to ${page * ROWS + rows.length} of ${shown.length} that are shown`}
          </caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Lane</th>
              <th scope="col">What</th>
              <th scope="col">Session</th>
              <th scope="col">Status</th>
              <th scope="col">Owner</th>
              <th scope="col">What it means</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((fact) => (
              <Row key={fact.n} fact={fact} model={model} />
            ))}
          </tbody>
        </table>
      </div>
      <nav aria-label="Pages of the table">
        <button type="button" disabled={page === 0} onClick={() => turn(0)}>
          First
        </button>
        <button type="button" disabled={page === 0} onClick={() => turn(page - 1)}>
          Earlier
        </button>
        <span>
          Page {page + 1} of {last + 1}
        </span>
        <button type="button" disabled={page === last} onClick={() => turn(page + 1)}>
          Later
        </button>
        <button type="button" disabled={page === last} onClick={() => turn(last)}>
          Latest
        </button>
      </nav>
    </div>
  );
}

function Row({ fact, model }: { fact: Fact; model: LensModel }) {
  const { n, tone, transport, what, status, sid, owner } = fact;
  return (
    <tr
      class={`lens-row-${tone} ${n === model.cursor ? "lens-row-current" : ""}`}
      data-n={n}
      aria-current={n === model.cursor ? "true" : undefined}
    >
      <td>{clock(fact.when)}</td>
      <td>{laneName(fact)}</td>
      <td>
        <button type="button" class="lens-link" onClick={() => model.select(n)}>
          {what}
          {transport && transport !== what ? ` ${transport}` : ""}
        </button>
      </td>
      <td>{sid === undefined ? "" : <code>{shortSid(sid)}</code>}</td>
      <td>{statusOf(fact, status)}</td>
      <td>{owner ? nameOf(owner) : ""}</td>
      <td>{fact.says}</td>
    </tr>
  );
}

function laneName({ lane, worker, event }: Fact): string {
  if (event.kind === "command") return `Redis${worker ? `, told by ${nameOf(worker)}` : ""}`;
  return worker && lane ? nameOf(worker) : "all";
}

function statusOf({ tone }: Fact, status: number | undefined) {
  if (status === undefined) return "";
  if (tone === "gone") return "none";
  return tone === "refused" ? <strong>{`✕ ${status}`}</strong> : status;
}
