import { relative, sep } from "node:path";
import { folderOf, root, type Step } from "../catalog.ts";
import { resetCopy, undoReset, type Reset } from "../copy.ts";
import { UsageProblem } from "../problems.ts";

/**
 * Puts the learner's copy of a step back to the starter, or brings back what the latest reset has
 * replaced, and prints what was done and where the backup is.
 *
 * @throws UsageProblem when that cannot be.
 */
export async function runReset(
  step: Step,
  { files, undo }: { files: readonly string[]; undo: boolean },
): Promise<void> {
  if (undo && files.length > 0) {
    throw new UsageProblem(
      "--undo brings back all that the latest reset has replaced: name no file.",
    );
  }
  const reset = undo
    ? await undoReset(step)
    : await resetCopy(step, files.length ? files : undefined);
  console.log(tell(step, reset, undo ? "Brought back" : "Reset").join("\n"));
}

function tell(step: Step, { backup, files, moved, left, isNew }: Reset, verb: string): string[] {
  const dir = shown(folderOf(step, "work"));
  if (isNew) return [`Your copy is new: ${dir}`];
  if (!backup) return [`Nothing to do: ${dir} is like that already.`];
  const lines = [];
  if (files.length > 0) lines.push(`${verb}: ${list(files)} in ${dir}`);
  if (moved.length > 0) lines.push(`Moved to the backup: ${list(moved)}`);
  if (left.length > 0) lines.push(`Left where it is, since it cannot be moved: ${list(left)}`);
  lines.push(`What was there before: ${shown(backup)}`);
  lines.push(`To undo this: npm run reset ${step.number} -- --undo`);
  return lines;
}

function list(files: readonly string[]): string {
  return files.join(", ");
}

/** A path as it is shown: from the clone, where it lies in it. */
function shown(path: string): string {
  return path.startsWith(root + sep) ? relative(root, path) : path;
}
