import { drawFlow } from "./drawing/flow.ts";
import { drawSequence } from "./drawing/sequence.ts";

/**
 * Draws what the READMEs have as Mermaid: sequence diagrams, and flow charts from left to right. It
 * knows as much of Mermaid's language as they use; GitHub draws the same text.
 *
 * @returns an SVG whose colours are those of the page; undefined for any other kind of diagram.
 */
export function draw(source: string): string | undefined {
  const lines = source
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("%%"));
  const [kind = "", ...rest] = lines;
  if (kind === "sequenceDiagram") return drawSequence(rest);
  return /^(flowchart|graph) LR$/.test(kind) ? drawFlow(rest) : undefined;
}
