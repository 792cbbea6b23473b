import type { ComponentChildren } from "preact";

/** A worker by its name, and a refusal. */
const WORDS = /(\b(?:host [a-z], )?worker \d+\b|\b400 {2}Session ID unknown)/;

/** Lines of the trace: workers in their colours, refusals in red. It stays text that can be copied. */
export function Traced({ text }: { text: string }) {
  return <>{text.split(WORDS).map(paint)}</>;
}

function paint(part: string, at: number): ComponentChildren {
  if (at % 2 === 0) return part;
  const [, host, instance] = /^(?:host ([a-z]), )?worker (\d+)$/.exec(part) ?? [];
  if (instance === undefined) {
    return (
      <b key={at} class="refused">
        {part}
      </b>
    );
  }
  return (
    <b key={at} class="hued" data-hue={hueOf(Number(instance), host)}>
      {part}
    </b>
  );
}

/** As in the chat page: hosts are called by letters, and two that follow each other are far apart. */
export function hueOf(instance: number, host: string | undefined): number {
  return ((host ? host.charCodeAt(0) * 4 : 0) + instance) % 8;
}
