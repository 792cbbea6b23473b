import type { Theme } from "./theme.ts";

/** The colour of the series with that number. */
export function colourOf(index: number, { series }: Theme): string {
  return series[index % series.length] ?? "currentColor";
}

/** Each series has a shape of its own, for those who do not tell its colour from others. */
export function marker(index: number, x: number, y: number, theme: Theme): string {
  const [at, to] = [round(x), round(y)];
  const paint = `fill="${colourOf(index, theme)}" stroke="${theme.ground}" stroke-width="1.5"`;
  const polygon = (points: readonly (readonly [number, number])[]) =>
    `<polygon points="${points.map(([dx, dy]) => `${round(x + dx)},${round(y + dy)}`).join(" ")}" ${paint}/>`;
  switch (index % 5) {
    case 1:
      return polygon([
        [0, -7],
        [7, 5],
        [-7, 5],
      ]);
    case 2:
      return `<rect x="${round(x - 5)}" y="${round(y - 5)}" width="10" height="10" ${paint}/>`;
    case 3:
      return polygon([
        [0, -7],
        [7, 0],
        [0, 7],
        [-7, 0],
      ]);
    case 4:
      return polygon([
        [0, 7],
        [7, -5],
        [-7, -5],
      ]);
    default:
      return `<circle cx="${at}" cy="${to}" r="5.5" ${paint}/>`;
  }
}

/** An interval: a line with a stroke at each end. */
export function whisker(
  direction: "vertical" | "horizontal",
  across: number,
  from: number,
  to: number,
  colour: string,
): string {
  const [a, b, c] = [round(across), round(from), round(to)];
  const path =
    direction === "vertical"
      ? `M${a} ${b}V${c}M${a - 4} ${b}h8M${a - 4} ${c}h8`
      : `M${b} ${a}H${c}M${b} ${a - 4}v8M${c} ${a - 4}v8`;
  return `<path d="${path}" stroke="${colour}" stroke-width="1.5" fill="none" class="interval"/>`;
}

/** A straight line. */
export function stroke(
  { x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number },
  colour: string,
  width: number,
  dash = "",
): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}" stroke-width="${width}"${dash && ` stroke-dasharray="${dash}"`}/>`;
}

/** A line through points, in pixels. */
export function polyline(
  points: readonly (readonly [number, number])[],
  colour: string,
  width: number,
  dash = "",
): string {
  const all = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polyline points="${all}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${dash && ` stroke-dasharray="${dash}"`}/>`;
}

export interface TextStyle {
  fill: string;
  size?: number;
  weight?: number;
  anchor?: "middle" | "end";
}

/** A line of text. */
export function text(x: number, y: number, said: string, style: TextStyle): string {
  const { fill, size, weight, anchor } = style;
  const more = [
    ...(size ? [`font-size="${size}"`] : []),
    ...(weight ? [`font-weight="${weight}"`] : []),
    ...(anchor ? [`text-anchor="${anchor}"`] : []),
  ];
  return `<text ${[`x="${round(x)}"`, `y="${round(y)}"`, `fill="${fill}"`, ...more].join(" ")}>${escape(said)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Text as XML takes it. */
export function escape(said: string): string {
  return said
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
