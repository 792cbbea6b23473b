import { useEffect, useRef } from "preact/hooks";
import { nameOf, shortSid } from "../../../trace/line.ts";
import { sentenceOf, type Fact } from "../../lens/facts.ts";
import { clock } from "../../lens/transcript.ts";
import type { LensModel } from "./model.ts";

/** One event with all that is known of it: for a request, the heads word for word. */
export function Heads({ model, fact }: { model: LensModel; fact: Fact }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus({ preventScroll: true }), [fact.n]);
  const raw = fact.event.kind === "request" ? fact.event.raw : undefined;
  const { sid } = fact;
  return (
    <section
      ref={panel}
      class="lens-heads"
      tabIndex={-1}
      aria-label={`Event ${fact.n}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        model.select(undefined);
      }}
    >
      <header>
        <h3 class={fact.tone === "refused" ? "lens-is-refused" : ""}>{sentenceOf(fact)}</h3>
        <button type="button" onClick={() => model.select(undefined)}>
          Close
        </button>
      </header>
      <dl>
        <Term name="Answered">{clock(fact.when)}</Term>
        {fact.event.kind === "request" ? (
          <Term name="Took">{`${fact.event.ms.toFixed(1)} ms`}</Term>
        ) : null}
        {fact.worker ? (
          <Term name="Answered by">{`${nameOf(fact.worker)}, pid ${fact.worker.pid}`}</Term>
        ) : null}
        {fact.owner ? (
          <Term name="Session of">{`${nameOf(fact.owner)}, pid ${fact.owner.pid}`}</Term>
        ) : null}
        <Relayed model={model} fact={fact} />
      </dl>
      {sid === undefined ? null : (
        <button type="button" onClick={() => model.show({ sid })}>
          Show only session {shortSid(sid)}
        </button>
      )}
      {raw ? (
        <div class="lens-raw">
          <Raw name="Request" text={raw.request} />
          <Raw name="Response" text={raw.response} />
        </div>
      ) : fact.event.kind === "request" ? (
        <p>Its heads were not recorded.</p>
      ) : null}
    </section>
  );
}

function Term({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Where the other half of a relayed request is. */
function Relayed({ model, fact }: { model: LensModel; fact: Fact }) {
  const relay = model.board.relays.of(fact);
  if (!relay || fact.event.kind !== "request") return null;
  const other = fact.n === relay.edge.n ? relay.owner : relay.edge;
  const { worker } = other;
  return (
    <Term name={fact.n === relay.edge.n ? "Handed to" : "Handed on by"}>
      <button type="button" class="lens-link" onClick={() => model.select(other.n)}>
        {worker ? nameOf(worker) : "another worker"}, over Redis
      </button>
    </Term>
  );
}

function Raw({ name, text }: { name: string; text: string }) {
  return (
    <figure>
      <figcaption>{name}</figcaption>
      {/* A long line is moved with the arrow keys. */}
      <pre tabIndex={0} aria-label={`${name}, word for word`}>
        {text}
      </pre>
    </figure>
  );
}
