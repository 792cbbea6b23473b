import { boxAt, frame, headAt, heightOf, linesOf, round, textAt, widthOf } from "./svg.ts";

/** Around the whole, and between what stands below each other. */
const EDGE = 8;
const GAP = 14;
/** Beside the text in a box. */
const INSIDE = 12;

interface Person {
  id: string;
  name: string;
  /** The middle of its line. */
  x: number;
}

type Event =
  | { kind: "message"; from: string; to: string; text: string; isDashed: boolean }
  | { kind: "note"; over: string; text: string };

/** Who says what to whom, from top to bottom. */
export function drawSequence(lines: readonly string[]): string {
  const people = new Map<string, Person>();
  const meet = (id: string, name = id) => {
    if (!people.has(id)) people.set(id, { id, name, x: 0 });
  };
  const events: Event[] = [];
  for (const line of lines) {
    const [, id, name] = /^(?:participant|actor) (\w+)(?: as (.+))?$/.exec(line) ?? [];
    if (id) meet(id, name);
    const [, over, note] = /^Note (?:over|left of|right of) (\w+): ?(.+)$/.exec(line) ?? [];
    if (over && note) events.push({ kind: "note", over, text: note });
    const [, from, arrow, to, text] = /^(\w+)(--?>>?)(\w+): ?(.+)$/.exec(line) ?? [];
    if (!from || !arrow || !to || !text) continue;
    for (const one of [from, to]) meet(one);
    events.push({ kind: "message", from, to, text, isDashed: arrow.startsWith("--") });
  }
  return lay([...people.values()], events);
}

function lay(people: readonly Person[], events: readonly Event[]): string {
  spread(people, events);
  const find = (id: string) => people.find((each) => each.id === id)?.x ?? 0;
  const top = Math.max(...people.map(({ name }) => heightOf(name))) + INSIDE;
  const parts: string[] = [];
  let y = EDGE + top + GAP;
  let [left, right] = [0, 0];
  const reach = (from: number, to: number) => {
    left = Math.min(left, from - EDGE);
    right = Math.max(right, to + EDGE);
  };
  for (const { name, x } of people)
    reach(x - widthOf(name) / 2 - INSIDE, x + widthOf(name) / 2 + INSIDE);
  for (const event of events) {
    const height = heightOf(event.text);
    const half = widthOf(event.text) / 2;
    if (event.kind === "note") {
      const x = find(event.over);
      parts.push(boxAt(x - half - INSIDE, y, 2 * (half + INSIDE), height + 10, "note"));
      parts.push(textAt(event.text, x, y + 4, "said"));
      reach(x - half - INSIDE, x + half + INSIDE);
      y += height + 10 + GAP;
      continue;
    }
    const [from, to] = [find(event.from), find(event.to)];
    const direction = to >= from ? 1 : -1;
    parts.push(textAt(event.text, (from + to) / 2, y, "said"));
    y += height + 6;
    const dashes = event.isDashed ? " dashed" : "";
    parts.push(
      `<path class="arrow${dashes}" d="M${round(from)} ${round(y)}H${round(to - direction * 6)}"/>`,
    );
    parts.push(headAt(to - direction, y, direction));
    y += GAP;
  }
  const lifelines = people.map(
    ({ x }) => `<path class="lifeline" d="M${round(x)} ${EDGE + top}V${round(y)}"/>`,
  );
  const names = people.map(({ name, x }) => {
    const wide = widthOf(name) + 2 * INSIDE;
    return boxAt(x - wide / 2, EDGE, wide, top, "box") + textAt(name, x, EDGE + INSIDE / 2, "name");
  });
  const moved = `<g transform="translate(${round(-left)} 0)">${[...lifelines, ...parts, ...names].join("")}</g>`;
  return frame(right - left, y + EDGE, tell(people, events), [moved]);
}

/** So far apart that what two say to each other fits between their lines. */
function spread(people: readonly Person[], events: readonly Event[]): void {
  const at = (id: string) => people.findIndex((each) => each.id === id);
  for (const [index, person] of people.entries()) {
    const before = people[index - 1];
    if (!before) continue;
    const beside = (widthOf(before.name) + widthOf(person.name)) / 2 + 2 * INSIDE + GAP;
    person.x = before.x + beside;
    for (const event of events) {
      if (event.kind === "note") continue;
      const [low = 0, high = 0] = [at(event.from), at(event.to)].toSorted((a, b) => a - b);
      const from = people[low];
      if (high === index && from) person.x = Math.max(person.x, from.x + widthOf(event.text) + 28);
    }
  }
}

function tell(people: readonly Person[], events: readonly Event[]): string {
  const nameOf = (id: string) => people.find((each) => each.id === id)?.name ?? id;
  return events
    .map((event) => {
      const text = linesOf(event.text).join(" ");
      return event.kind === "note"
        ? `${nameOf(event.over)}: ${text}`
        : `${nameOf(event.from)} to ${nameOf(event.to)}: ${text}`;
    })
    .join(". ");
}
