import { useState } from "preact/hooks";
import type { FileDiff } from "../../../diff.ts";
import type { Hint } from "../../../hints.ts";
import type { ResetTold, ShownFile } from "../../protocol.ts";

/** What somebody has asked for, as it stands below the checks. */
export type Panel =
  | { kind: "hint"; hint: (Hint & { html: string }) | null }
  | { kind: "diff"; diffs: readonly FileDiff[] }
  | { kind: "solution"; files: readonly ShownFile[] }
  | { kind: "reset"; told: ResetTold };

/** By the number of the step. */
const kept = new Map<number, Panel>();

/**
 * The panel of a step. It is kept for as long as the page is open: whoever looks at something else in
 * between finds it as they left it, and the next hint is the one after that which they see.
 */
export function useKeptPanel(step: number) {
  const [panel, setPanel] = useState(kept.get(step));
  const show = (what: Panel | undefined) => {
    if (what) kept.set(step, what);
    else kept.delete(step);
    setPanel(what);
  };
  /** Puts another in the place of one, if that is still shown. */
  const replace = (one: Panel, other: Panel) => {
    if (kept.get(step) === one) show(other);
  };
  return { panel, show, replace };
}
