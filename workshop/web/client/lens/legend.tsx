import { outline, cross } from "./marks.tsx";

/** What the forms mean. */
export function Legend({ hasRedis }: { hasRedis: boolean }) {
  return (
    <ul class="lens-legend" aria-label="What the marks mean">
      <Entry text="GET">
        <path class="lens-key" d={outline("get", 6)} />
      </Entry>
      <Entry text="POST">
        <path class="lens-key" d={outline("post", 6)} />
      </Entry>
      <Entry text="upgrade to WebSocket">
        <path class="lens-key" d={outline("upgrade", 6)} />
      </Entry>
      <Entry text="opens a session">
        <path class="lens-key" d={outline("get", 4.5)} />
        <path class="lens-key-ring" d={outline("get", 7.5)} />
      </Entry>
      <Entry text="refused, and its owner">
        <path class="lens-cross" d={cross(5.5)} stroke-width="3" />
      </Entry>
      <Entry text="polling">
        <path class="lens-key-polls" d="M-9 0H9" />
      </Entry>
      <Entry text="WebSocket">
        <path class="lens-key-socket" d="M-9 0H9" />
      </Entry>
      {hasRedis ? (
        <>
          <Entry text="PUBLISH">
            <path class="lens-key" d={outline("publish", 6)} />
          </Entry>
          <Entry text="handed on by another worker">
            <path class="lens-key-ring" d={outline("get", 6)} />
          </Entry>
        </>
      ) : null}
      <li>Colour: the worker that owns the session</li>
    </ul>
  );
}

function Entry({ text, children }: { text: string; children: preact.ComponentChildren }) {
  return (
    <li>
      <svg width="20" height="18" viewBox="-10 -9 20 18" aria-hidden="true">
        {children}
      </svg>
      {text}
    </li>
  );
}
