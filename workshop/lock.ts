import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAlive } from "./stage/processes.mjs";
import { until } from "./stage/until.ts";

export interface LockOptions {
  /** How long to wait for it, in ms. */
  within: number;
  /** How old a lock can be before it is nobody's, in ms: a dead holder's pid may be another's now. */
  staleAfter: number;
  /**
   * Whether what the holder has begun may go on without it (a daemon that starts): then a dead one
   * keeps the lock until it is stale.
   */
  outlivesHolder?: boolean;
  /** What to say when it did not become free in time. */
  otherwise: () => Error;
}

/**
 * Takes a lock that works between processes, and gives it back when disposed. What a dead process
 * has held is free at once, unless it is said otherwise.
 *
 * The lock is a folder with one file in it, whose name begins with the holder's pid. It is made
 * beside and moved into place, which fails where a folder with something in it is: so nobody ever
 * sees a lock without its holder. Whoever finds a dead one deletes that very file and then the
 * folder, which fails when somebody else has taken the lock in between.
 */
export async function lock(
  folder: string,
  { within, staleAfter, outlivesHolder = false, otherwise }: LockOptions,
): Promise<Disposable> {
  mkdirSync(dirname(folder), { recursive: true });
  clearDrafts(folder);
  const holder = `${process.pid}-${randomUUID().slice(0, 8)}`;
  const draft = `${folder}.${holder}`;
  mkdirSync(draft);
  writeFileSync(join(draft, holder), "");
  try {
    await until(
      () => {
        const now = new Date();
        utimesSync(join(draft, holder), now, now);
        if (take(draft, folder)) return true;
        evict(folder, staleAfter, outlivesHolder);
        return false;
      },
      (taken) => taken,
      { within, otherwise },
    );
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return { [Symbol.dispose]: () => clear(folder, holder) };
}

function take(draft: string, folder: string): boolean {
  try {
    renameSync(draft, folder);
    return true;
  } catch {
    return false;
  }
}

/** Frees a lock that is nobody's any more. */
function evict(folder: string, staleAfter: number, outlivesHolder: boolean): void {
  for (const holder of entries(folder)) {
    const age = Date.now() - changed(join(folder, holder));
    const isFree = !outlivesHolder && !isAlive(Number.parseInt(holder, 10));
    if (isFree || age > staleAfter) clear(folder, holder);
  }
  // One that its holder was just giving back when it was killed.
  clear(folder);
}

function clear(folder: string, holder?: string): void {
  if (holder) rmSync(join(folder, holder), { force: true });
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else has it, or has cleared it away.
  }
}

/** What processes have left that were killed while they waited. */
function clearDrafts(folder: string): void {
  const prefix = `${basename(folder)}.`;
  for (const name of entries(dirname(folder))) {
    const holder = name.slice(prefix.length);
    if (!name.startsWith(prefix) || !/^\d+-/.test(holder)) continue;
    if (isAlive(Number.parseInt(holder, 10))) continue;
    rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** When a file was changed, in ms; now, when it has gone. */
function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}
