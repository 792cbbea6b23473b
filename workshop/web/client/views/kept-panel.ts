import { useRef, useState } from "preact/hooks";
import type { FileDiff } from "../../../diff.ts";
import type { Hint } from "../../../hints.ts";
import type { ResetTold, ShownFile } from "../../protocol.ts";

/** What somebody has asked for, as it stands below the checks. */
export type Panel =
  | { kind: "hint"; hint: (Hint & { html: string }) | null }
  | { kind: "diff"; diffs: readonly FileDiff[] }
  | { kind: "solution"; files: readonly ShownFile[] }
  | { kind: "reset"; told: ResetTold };

/** The panel of a step, in a place that is this tab's alone, and is gone with it. */
function keyOf(step: number): string {
  return `workbench:panel:${step}`;
}

function keptPanel(step: number): Panel | undefined {
  const kept = sessionStorage.getItem(keyOf(step));
  return kept === null ? undefined : (JSON.parse(kept) as Panel);
}

function keep(step: number, panel: Panel | undefined): void {
  if (!panel) return sessionStorage.removeItem(keyOf(step));
  try {
    sessionStorage.setItem(keyOf(step), JSON.stringify(panel));
  } catch {
    // There is no more room. It is shown, and gone with the next look at something else.
    sessionStorage.removeItem(keyOf(step));
  }
}

/**
 * The panel of a step. It is kept for as long as the tab is open, through a reload, too: whoever looks
 * at something else in between finds it as they left it, and the next hint is the one after that which
 * they see.
 */
export function useKeptPanel(step: number) {
  const [panel, setPanel] = useState(() => keptPanel(step));
  const shown = useRef(panel);
  const show = (what: Panel | undefined) => {
    keep(step, what);
    shown.current = what;
    setPanel(what);
  };
  /** Puts another in the place of one, if that is still shown. */
  const replace = (one: Panel, other: Panel) => {
    if (shown.current === one) show(other);
  };
  return { panel, show, replace };
}
