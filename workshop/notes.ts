import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NOTES } from "./catalog.ts";
import { lock } from "./lock.ts";
import { move } from "./move.ts";
import { MachineProblem } from "./problems.ts";
import { timeName } from "./time-name.ts";

/** An update takes a few ms. */
const WITHIN = 10_000;

/**
 * Reads one of the workshop's notes, a JSON object in `.workshop/`. Each field that is missing or of
 * another type than in `empty` is as it is there; so is everything when the file is missing or torn.
 */
export function readNote<T extends object>(name: string, empty: T): T {
  return read(join(NOTES, name), empty).note;
}

/**
 * Changes a note, one writer after the other: `change` gets what the file says now, and alters it.
 * A reader sees the note before or after, never half of it. What `change` does not touch is kept,
 * also fields that only a newer version knows. A file that cannot be understood is first copied to
 * `<name>.torn-<time>`.
 *
 * @throws MachineProblem when the folder cannot be written to.
 */
export async function updateNote<T extends object>(
  name: string,
  empty: T,
  change: (note: T) => void,
): Promise<T> {
  const file = join(NOTES, name);
  return alone(name, async () => {
    const { note, isTorn } = read(file, empty);
    if (isTorn) copyFileSync(file, `${file}.torn-${timeName()}`);
    change(note);
    await move(writeDraft(file, note, "draft"), file);
    return note;
  });
}

/**
 * Does what nobody else may do to this note at the same time.
 *
 * @throws MachineProblem when the folder cannot be written to.
 */
export async function alone<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const file = join(NOTES, name);
  try {
    using _lock = await lock(`${file}.lock`, {
      within: WITHIN,
      staleAfter: WITHIN,
      otherwise: () =>
        new MachineProblem(`Another command has held ${file} for 10 s.`, "npm run stop"),
    });
    return await work();
  } catch (error) {
    throw asMachineProblem(error);
  }
}

/**
 * Writes a note anew, for what only one process at a time has to say.
 *
 * @param mode who may read it; by default whoever the system lets
 * @throws MachineProblem when the folder cannot be written to.
 */
export function writeNote(name: string, note: object, mode?: number): void {
  const file = join(NOTES, name);
  try {
    renameSync(writeDraft(file, note, process.pid, mode), file);
  } catch (error) {
    throw asMachineProblem(error);
  }
}

/** Writes it beside the file, and gives the draft's path. */
function writeDraft(file: string, note: object, suffix: string | number, mode?: number): string {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${suffix}`;
  // Flushed, since after a power cut a file can be there by name and empty.
  writeFileSync(draft, `${JSON.stringify(note, null, 2)}\n`, { flush: true, mode });
  return draft;
}

function read<T extends object>(file: string, empty: T): { note: T; isTorn: boolean } {
  const text = textOf(file);
  if (text === undefined) return { note: structuredClone(empty), isTorn: false };
  const found = parse(text);
  if (kindOf(found) !== "object") return { note: structuredClone(empty), isTorn: true };
  const fields = Object.entries(structuredClone(empty));
  const unfit = fields.filter(([key, value]) => kindOf(found[key]) !== kindOf(value));
  return {
    note: { ...found, ...Object.fromEntries(unfit) },
    isTorn: unfit.some(([key]) => key in found),
  };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** A folder that is not ours to write to, or a full disk, is no bug of the workshop. */
function asMachineProblem(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (!["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR"].includes(String(code))) {
    return error;
  }
  return new MachineProblem(
    `The workshop cannot write its notes into ${NOTES} (${code}).`,
    "let your user write to that folder, and see that the disk is not full",
    { cause: error },
  );
}
