import { boxAt, frame, headAt, heightOf, linesOf, round, textAt, widthOf } from "./svg.ts";

const EDGE = 8;
/** Between columns, and between what stands below each other in one. */
const BETWEEN = 56;
const BELOW = 18;
/** Around the text in a box, and around the boxes in a group. */
const INSIDE = 14;
const HEADING = 26;

interface Shape {
  id: string;
  label: string;
  isRound: boolean;
  /** What stands in a group. */
  inside: Shape[];
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Boxes and groups of boxes from left to right, with arrows between them. */
export function drawFlow(lines: readonly string[]): string {
  const shapes = new Map<string, Shape>();
  const tops: Shape[] = [];
  const edges: [from: string, to: string][] = [];
  let group: Shape | undefined;
  const meet = (text: string): string => {
    const [, id = text, opening, label] =
      /^(\w+)(\[\(|\(\[|\(\(|\[|\()?(.*?)(?:\)\]|\]\)|\)\)|\]|\))?$/.exec(text) ?? [];
    const known = shapes.get(id);
    if (known) return id;
    const shape: Shape = {
      id,
      label: label || id,
      isRound: opening !== undefined && opening !== "[",
      inside: [],
      x: 0,
      y: 0,
      width: 0,
      height: 0,
    };
    shapes.set(id, shape);
    (group?.inside ?? tops).push(shape);
    return id;
  };
  // A group may be named by an arrow before it is described.
  const grouped = new Set(lines.flatMap((line) => /^subgraph (\w+)/.exec(line)?.[1] ?? []));
  const ends: [string, string][] = [];
  for (const line of lines) {
    const [, name] = /^subgraph (.+)$/.exec(line) ?? [];
    if (name) group = shapes.get(meet(name));
    else if (line === "end") group = undefined;
    else if (line.includes("-->")) {
      const [from = "", to = ""] = line.split(/\s*-->\s*/);
      ends.push([from, to]);
      for (const end of [from, to]) if (!grouped.has(end)) meet(end);
    } else meet(line);
  }
  for (const [from, to] of ends) edges.push([meet(from), meet(to)]);
  return lay(tops, shapes, edges);
}

function lay(tops: Shape[], shapes: Map<string, Shape>, edges: [string, string][]): string {
  for (const shape of tops) measure(shape);
  const columns = columnsOf(tops, edges);
  const heights = columns.map((column) => stacked(column));
  const height = Math.max(...heights);
  let x = EDGE;
  for (const [index, column] of columns.entries()) {
    let y = EDGE + (height - (heights[index] ?? 0)) / 2;
    const width = Math.max(...column.map((shape) => shape.width));
    for (const shape of column) {
      place(shape, x + (width - shape.width) / 2, y);
      y += shape.height + BELOW;
    }
    x += width + BETWEEN;
  }
  const arrows = edges.flatMap(([from, to]) => {
    const [one, other] = [shapes.get(from), shapes.get(to)];
    return one && other ? [arrow(one, other)] : [];
  });
  const nameOf = (id: string) => linesOf(shapes.get(id)?.label ?? id).join(" ");
  const about = edges.map(([from, to]) => `${nameOf(from)} to ${nameOf(to)}`).join(", ");
  return frame(x - BETWEEN + EDGE, height + 2 * EDGE, about, [...tops.map(paint), ...arrows]);
}

function measure(shape: Shape): void {
  for (const one of shape.inside) measure(one);
  const wide = [widthOf(shape.label), ...shape.inside.map(({ width }) => width)];
  shape.width = Math.max(...wide) + 2 * INSIDE;
  const inside = shape.inside.length > 0 ? stacked(shape.inside) + HEADING : heightOf(shape.label);
  shape.height = inside + 2 * INSIDE - (shape.inside.length > 0 ? 4 : 8);
}

function stacked(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, { height }) => sum + height + BELOW, -BELOW);
}

/** Each as far to the right as its longest way from a beginning. */
function columnsOf(tops: readonly Shape[], edges: readonly [string, string][]): Shape[][] {
  const columns: Shape[][] = [];
  const depth = (id: string, seen: readonly string[]): number =>
    Math.max(
      0,
      ...edges
        .filter(([from, to]) => to === id && !seen.includes(from))
        .map(([from]) => depth(from, [...seen, id]) + 1),
    );
  for (const shape of tops) (columns[depth(shape.id, [])] ??= []).push(shape);
  return columns.filter(Boolean);
}

function place(shape: Shape, x: number, y: number): void {
  [shape.x, shape.y] = [x, y];
  let below = y + INSIDE + HEADING - 4;
  for (const one of shape.inside) {
    place(one, x + (shape.width - one.width) / 2, below);
    below += one.height + BELOW;
  }
}

function paint(shape: Shape): string {
  const { x, y, width, height, label, inside, isRound } = shape;
  const kind = inside.length > 0 ? "group" : isRound ? "box round" : "box";
  const top = inside.length > 0 ? y + 8 : y + (height - heightOf(label)) / 2;
  return [
    boxAt(x, y, width, height, kind),
    textAt(label, x + width / 2, top, "name"),
    ...inside.map(paint),
  ].join("");
}

function arrow(from: Shape, to: Shape): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x - 2, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  const curve = `M${round(x1)} ${round(y1)}C${round(middle)} ${round(y1)} ${round(middle)} ${round(y2)} ${round(x2 - 7)} ${round(y2)}`;
  return `<path class="arrow" d="${curve}"/>${headAt(x2, y2, 1)}`;
}
