import { relative } from "node:path";
import { root } from "../catalog.ts";
import type { Reset } from "../copy.ts";

/** What a reset of the whole copy has done, in a sentence or two. */
export function resetReport({ backup, files }: Reset): string {
  if (!backup) {
    return files.length
      ? "Your copy was gone; here is a new one."
      : "Your copy is as the starter is.";
  }
  return `Your copy is as the starter is. What you had is in ${relative(root, backup)}`;
}

/** What the undoing of a reset has done. */
export function undoReport({ backup, files }: Reset): string {
  if (!backup) return "Nothing to do: your copy is as it was before the reset.";
  return `Your copy is as it was before the reset: ${files.join(", ") || "nothing but what is gone"}.`;
}
