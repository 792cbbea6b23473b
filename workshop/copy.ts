import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { folderInGit, folderOf, root, type Step } from "./catalog.ts";
import { finishBackup, folderFor, latestBackup, makeBackup } from "./copy/backup.ts";
import { carryOut, compareFolders, copyAside } from "./copy/exchange.ts";
import { filesBelow, hashStarter, starterFiles } from "./copy/starter.ts";
import { lock } from "./lock.ts";
import { copyTree } from "./move.ts";
import { readNote, writeNote } from "./notes.ts";
import { MachineProblem, UsageProblem } from "./problems.ts";
import { isAlive } from "./stage/processes.mjs";

const EDITOR = { extends: "../tsconfig.json", include: ["."] };

/** What is known about a copy. */
interface CopyNote {
  /** The SHA-256 of each starter file when the copy, or that file in it, was made. */
  starter: Record<string, string>;
}

/** What a reset, or its undoing, has done. Files have `/` between folders. */
export interface Reset {
  /** Whether there was no copy, so that it was made. */
  isNew: boolean;
  /** The folder with what was there before; undefined when nothing had to be replaced. */
  backup: string | undefined;
  /** What has another content now, or is there again. */
  files: string[];
  /** What is only in the backup now. */
  moved: string[];
  /** What would have been moved there, but may not be. */
  left: string[];
}

/**
 * The learner's copy of a step, made from the starter where it is missing. What is there is never
 * touched.
 */
export function learnersCopy(step: Step): { dir: string; isNew: boolean } {
  const dir = folderOf(step, "work");
  if (existsSync(dir)) return { dir, isNew: false };
  using draft = draftOf(step, folderInGit(step, "starter"), starterFiles(step));
  writeNote(noteOf(step), { starter: hashStarter(step) } satisfies CopyNote);
  try {
    renameSync(draft.path, dir);
  } catch (error) {
    // Another command was quicker.
    if (existsSync(dir)) return { dir, isNew: false };
    throw error;
  }
  // For the editor alone: what is half written must not break `npm run typecheck`.
  const settings = join(dirname(dir), "tsconfig.json");
  if (!existsSync(settings)) writeFileSync(settings, `${JSON.stringify(EDITOR, null, 2)}\n`);
  return { dir, isNew: true };
}

/** What is said of a copy that was not there before. */
export function aboutNewCopy(dir: string): string {
  return `Your copy is new: ${relative(root, dir)}. Edit there; steps/ stays as it is.`;
}

/**
 * The starter files that are not what they were when the learner's copy was made from them. None
 * when that is not known.
 */
export function changedStarter(step: Step): string[] {
  if (!existsSync(folderOf(step, "work"))) return [];
  const then = starterOf(step);
  if (Object.keys(then).length === 0) return [];
  return Object.entries(hashStarter(step))
    .filter(([file, hash]) => then[file] !== hash)
    .map(([file]) => file);
}

/**
 * Puts the learner's copy back to the starter, or only these files of it. What is replaced is first
 * copied to a backup. Where there is no copy, it is made.
 *
 * @throws UsageProblem for a file that the step does not have.
 */
export async function resetCopy(step: Step, files?: readonly string[]): Promise<Reset> {
  const only = files?.map((file) => starterFile(step, file));
  if (learnersCopy(step).isNew) {
    return { isNew: true, backup: undefined, files: starterFiles(step), moved: [], left: [] };
  }
  using _lock = await lockCopy(step);
  return exchange(step, {
    from: folderInGit(step, "starter"),
    files: only ?? starterFiles(step),
    only,
    starter: hashStarter(step),
  });
}

/**
 * Brings back what the latest reset has replaced. What is there now goes to a backup first, so that
 * undoing twice changes nothing.
 *
 * @throws UsageProblem when there is no backup.
 */
export async function undoReset(step: Step): Promise<Reset> {
  using _lock = await lockCopy(step);
  const latest = latestBackup(step);
  if (!latest) {
    throw new UsageProblem(`Nothing of step ${step.number} was reset: there is nothing to undo.`);
  }
  const { path, note } = latest;
  const isWhole = note.isDone && note.isWhole;
  mkdirSync(folderOf(step, "work"), { recursive: true });
  return exchange(step, {
    from: path,
    // After a reset that was cut short, what is not in its backup was never touched.
    only: isWhole ? undefined : note.only,
    starter: note.starter,
  });
}

interface Wanted {
  /** The folder that the copy shall be like. */
  from: string;
  /** What of it; everything by default. */
  files?: readonly string[];
  /** What alone may go from the copy, and what alone is of that starter; everything by default. */
  only?: readonly string[] | undefined;
  /** The hashes of the starter that the files come from. */
  starter: Record<string, string>;
}

async function exchange(step: Step, { from, files, only, starter }: Wanted): Promise<Reset> {
  const dir = folderOf(step, "work");
  using draft = draftOf(step, from, files);
  const plan = compareFolders(dir, draft.path, only && ((path) => only.includes(path)));
  const known = starterOf(step);
  const noteStarter = () => {
    const ofOnly = Object.entries(starter).filter(([file]) => only?.includes(file));
    const now = only ? { ...known, ...Object.fromEntries(ofOnly) } : starter;
    writeNote(noteOf(step), { starter: now } satisfies CopyNote);
  };
  if (plan.places.length === 0 && plan.moves.length === 0) {
    noteStarter();
    return { isNew: false, backup: undefined, files: [], moved: [], left: [] };
  }
  const changed = plan.places.flatMap((path) => filesAt(draft.path, path));
  const note = { isWhole: !only, only: [...(only ?? [])], starter: known, isDone: false };
  const backup = makeBackup(step, note, (folder) => copyAside(plan, dir, folder));
  const { left } = await carryOut(plan, { dir, fresh: draft.path, backup: backup.path });
  noteStarter();
  finishBackup(step, backup);
  const isGone = (path: string) => !plan.places.includes(path) && !left.includes(path);
  const moved = plan.moves.filter(isGone);
  return { isNew: false, backup: backup.path, files: changed, moved, left };
}

/**
 * A folder beside the copy, on the same disk, from which files are moved into it. What killed
 * processes have left there is cleared away: it holds nothing of the learner's alone.
 */
function draftOf(
  step: Step,
  from: string,
  files?: readonly string[],
): Disposable & { path: string } {
  const dir = folderOf(step, "work");
  const above = dirname(dir);
  mkdirSync(above, { recursive: true });
  for (const name of readdirSync(above)) {
    const [, pid] = new RegExp(`^${step.slug}\\.(\\d+)$`).exec(name) ?? [];
    if (pid && !isAlive(Number(pid))) rmSync(join(above, name), { recursive: true, force: true });
  }
  const path = `${dir}.${process.pid}`;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  if (files) for (const file of files) copyTree(join(from, file), join(path, file));
  else copyTree(from, path);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The file itself, or all files in the folder. */
function filesAt(folder: string, path: string): string[] {
  if (!statSync(join(folder, path), { throwIfNoEntry: false })?.isDirectory()) return [path];
  return filesBelow(join(folder, path)).map((file) => `${path}/${file}`);
}

/**
 * The name of a starter file, as a person may type it: `server.ts`, or the path to their copy.
 *
 * @throws UsageProblem when the step has no such file.
 */
function starterFile(step: Step, typed: string): string {
  const dir = folderOf(step, "work");
  const files = starterFiles(step);
  for (const base of [dir, root]) {
    const file = relative(dir, resolve(base, typed)).replaceAll("\\", "/");
    if (files.includes(file)) return file;
  }
  throw new UsageProblem(
    `Step ${step.number} has no file ${typed}: its files are ${files.join(", ")}.`,
  );
}

function starterOf(step: Step): Record<string, string> {
  return readNote<CopyNote>(noteOf(step), { starter: {} }).starter;
}

function noteOf(step: Step): string {
  return join("copies", `${step.slug}.json`);
}

async function lockCopy(step: Step): Promise<Disposable> {
  return lock(`${folderFor(step)}.lock`, {
    within: 15_000,
    staleAfter: 60_000,
    otherwise: () =>
      new MachineProblem(
        `Another command has been resetting step ${step.number} for 15 s.`,
        "wait until it has ended",
      ),
  });
}
