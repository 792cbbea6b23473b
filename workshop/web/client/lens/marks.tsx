import type { Fact, Shape } from "../../lens/facts.ts";

/** The outline of a mark around a point. */
export function outline(shape: Shape, radius: number, x = 0, y = 0): string {
  const r = radius;
  switch (shape) {
    case "post": {
      const s = r * 0.88;
      return `M${n(x - s)} ${n(y - s)}H${n(x + s)}V${n(y + s)}H${n(x - s)}Z`;
    }
    case "upgrade": {
      const [w, h] = [r * 1.12, r * 1.05];
      return `M${n(x)} ${n(y - h)}L${n(x + w)} ${n(y + h * 0.78)}H${n(x - w)}Z`;
    }
    case "publish":
    case "subscribe": {
      const s = r * 0.8;
      return `M${n(x)} ${n(y - s)}L${n(x + s)} ${n(y)}L${n(x)} ${n(y + s)}L${n(x - s)} ${n(y)}Z`;
    }
    default:
      return `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 1 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 1 ${n(-2 * r)} 0Z`;
  }
}

/** A cross that nobody overlooks: what was refused. */
export function cross(radius: number, x = 0, y = 0): string {
  const r = radius * 1.15;
  const [left, right, top, bottom] = [n(x - r), n(x + r), n(y - r), n(y + r)];
  return `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`;
}

/** Short enough for the page, and exact enough for the eye. */
function n(value: number): number {
  return Math.round(value * 100) / 100;
}

/** How large the mark of a fact is, beside the usual. */
export function scaleOf({ shape, isRelayed, isEngine, event }: Fact): number {
  if (shape === "publish") return 0.55;
  if (shape === "subscribe") return 0.5;
  if (event.kind === "request" && !isEngine) return 0.42;
  return isRelayed ? 0.82 : 1;
}

/** One event: its form says what it was, its fill and colour what became of it, and whose it is. */
export function Glyph({ fact, radius }: { fact: Fact; radius: number }) {
  const { shape, tone, isRelayed } = fact;
  const r = radius * scaleOf(fact);
  if (shape === "birth") return <path class="lens-birth" d={`M0 ${-radius}V${radius}`} />;
  if (tone === "refused") {
    const stroke = Math.max(2, r * 0.44);
    return (
      <>
        <path
          class="lens-refused-shape"
          d={outline(shape, r)}
          stroke-width={Math.max(1, r * 0.14)}
        />
        <path class="lens-cross-halo" d={cross(r)} stroke-width={stroke + Math.max(2, r * 0.3)} />
        <path class="lens-cross" d={cross(r)} stroke-width={stroke} />
      </>
    );
  }
  const kind = isRelayed ? "relayed" : shape === "subscribe" ? "subscribe" : tone;
  return (
    <>
      {tone === "opened" && r > 4 ? (
        <path class="lens-ring" d={outline(shape, r * 1.42)} stroke-width={Math.max(1, r * 0.16)} />
      ) : null}
      <path
        class={`lens-shape lens-${kind}`}
        d={outline(shape, r)}
        stroke-width={Math.max(1.25, r * 0.2)}
      />
    </>
  );
}
