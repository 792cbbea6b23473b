import type { Thread } from "../../lens/board.ts";
import type { Fact } from "../../lens/facts.ts";
import { hueOf } from "../../lens/lanes.ts";
import type { Relay } from "../../lens/relays.ts";
import { hueFor, type Picture, type Point } from "./picture.ts";

/** A session in its owner's lane: dotted while it polls, a line once it is a WebSocket. */
export function Lifeline({
  thread,
  picture,
  until,
}: {
  thread: Thread;
  picture: Picture;
  until: number;
}) {
  const line = picture.lifeline(thread);
  if (!line || !thread.owner) return null;
  const { y, from, socket } = line;
  const to = Math.min(line.to, until);
  const polls = Math.min(socket ?? to, to);
  return (
    <g data-hue={hueOf(thread.owner)} data-sid={thread.sid}>
      {polls > from ? <path class="lens-polls" d={`M${from} ${y}H${polls}`} /> : null}
      {socket !== undefined && to > socket ? (
        <path class="lens-socket" d={`M${socket} ${y}H${to}`} />
      ) : null}
    </g>
  );
}

/** Where a request went astray, and to whom it should have gone. */
export function Pointer({
  fact,
  thread,
  picture,
  radius,
  isNamed,
}: {
  fact: Fact;
  thread: Thread;
  picture: Picture;
  radius: number;
  isNamed: boolean;
}) {
  const astray = picture.excursion(fact, thread);
  const pointer = fact.isForeign ? picture.pointer(fact, thread) : undefined;
  if (!pointer) return null;
  const { from, to } = pointer;
  const down = to.y > from.y ? 1 : -1;
  const ring = Math.max(3, radius * 0.55);
  const start = from.y + down * radius * 1.9;
  const end = to.y - down * (ring + 3);
  const tip = Math.max(4, radius * 0.5);
  return (
    <g data-hue={hueFor(fact)}>
      {astray ? <path class="lens-astray" d={astray} /> : null}
      {(end - start) * down > tip ? (
        <>
          <path class="lens-pointer" d={`M${from.x} ${start}V${end - down * tip}`} />
          <path
            class="lens-pointer-tip"
            d={`M${to.x} ${end}l${-tip * 0.8} ${-down * tip * 1.4}h${tip * 1.6}Z`}
          />
        </>
      ) : null}
      <circle class="lens-owner" cx={to.x} cy={to.y} r={ring} />
      {isNamed ? (
        <text class="lens-owner-name" x={to.x + ring + 5} y={to.y + 4}>
          owner
        </text>
      ) : null}
    </g>
  );
}

/** The way of a relayed request over Redis to its owner, and of the answer back. */
export function Passage({
  relay,
  picture,
  radius,
  cursor,
}: {
  relay: Relay;
  picture: Picture;
  radius: number;
  cursor: number;
}) {
  const passage = picture.passage(relay);
  if (!passage || relay.owner.n > cursor) return null;
  return (
    <g data-hue={hueFor(relay.edge)} data-relay={relay.edge.n}>
      <circle class="lens-arrival" cx={passage.start.x} cy={passage.start.y} r={radius * 0.34} />
      <path class="lens-passage" d={passage.there} />
      <Tip at={passage.owned} size={radius} />
      {relay.edge.n <= cursor ? (
        <>
          <path class="lens-passage" d={passage.home} />
          <Tip at={passage.ended} size={radius} />
        </>
      ) : null}
    </g>
  );
}

/** What goes from left to right arrives from the left. */
function Tip({ at, size }: { at: Point; size: number }) {
  const s = Math.max(3, size * 0.5);
  return (
    <path class="lens-tip" d={`M${at.x + s * 1.3} ${at.y}l${-s * 1.5} ${-s * 0.85}v${s * 1.7}Z`} />
  );
}

/** What was published, to whom it went. */
export function Fan({ fact, x, picture }: { fact: Fact; x: number; picture: Picture }) {
  const fan = picture.fan(fact);
  if (!fan) return null;
  const dots = fan.ends.map((y) => `M${x - 1.8} ${y}a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0`);
  return (
    <g data-hue={hueFor(fact)}>
      <path class="lens-fan" d={`M${x} ${fan.top}V${fan.bottom}`} />
      <path class="lens-fan-end" d={dots.join("")} />
    </g>
  );
}
