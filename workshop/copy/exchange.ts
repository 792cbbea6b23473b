import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { copyTree, move } from "../move.ts";
import { MachineProblem } from "../problems.ts";

/** What has to be done so that one folder becomes like another. Paths are relative to both. */
export interface Exchange {
  /** What is copied to the backup before anything else happens. */
  copies: string[];
  /** What is moved to the backup then: it has no place any more, or is no plain file. */
  moves: string[];
  /** Files and folders that come from the new folder. */
  places: string[];
}

/**
 * Compares the folder `dir` with a new one. What only `dir` has goes when `goes` says so. Without
 * that all of it goes, and also what is equal in both is copied, so that the backup has everything.
 */
export function compareFolders(
  dir: string,
  fresh: string,
  goes?: (path: string) => boolean,
): Exchange {
  const exchange: Exchange = { copies: [], moves: [], places: [] };
  const compare = (inside: string) => {
    const mine = kindsIn(join(dir, inside));
    const theirs = kindsIn(join(fresh, inside));
    for (const name of new Set([...mine.keys(), ...theirs.keys()])) {
      const path = inside ? `${inside}/${name}` : name;
      const [kind, other] = [mine.get(name), theirs.get(name)];
      if (kind === "folder" && other === "folder") {
        compare(path);
        continue;
      }
      const isSame = kind === other && isEqual(join(dir, path), join(fresh, path), kind);
      if (other && !isSame) exchange.places.push(path);
      if (!kind || (isSame && goes) || (!other && goes?.(path) === false)) continue;
      if (isSame || (kind === "file" && other === "file")) exchange.copies.push(path);
      else exchange.moves.push(path);
    }
  };
  compare("");
  return exchange;
}

/**
 * Copies what must be in the backup before anything is replaced. What cannot be copied, since it may
 * not be read, will be moved.
 */
export function copyAside(exchange: Exchange, dir: string, backup: string): void {
  mkdirSync(backup, { recursive: true });
  for (const path of exchange.copies) {
    try {
      copyTree(join(dir, path), join(backup, path));
    } catch (error) {
      if (codeOf(error) !== "EACCES" || !exchange.places.includes(path)) throw error;
      exchange.moves.push(path);
    }
  }
}

/**
 * Moves what has no place any more to the backup, then the new files into their places. Killed at
 * any moment, each file is in the folder or in the backup. Gives what could not be moved and is in
 * nobody's way.
 */
export async function carryOut(
  exchange: Exchange,
  { dir, fresh, backup }: { dir: string; fresh: string; backup: string },
): Promise<{ left: string[] }> {
  const left: string[] = [];
  for (const path of exchange.moves) {
    try {
      await move(join(dir, path), join(backup, path));
    } catch (error) {
      if (!(error instanceof MachineProblem) || exchange.places.includes(path)) throw error;
      left.push(path);
    }
  }
  for (const path of exchange.places) await move(join(fresh, path), join(dir, path));
  return { left };
}

type Kind = "file" | "folder" | "link" | "other";

/** What is in a folder; nothing, when it is not there. */
function kindsIn(folder: string): Map<string, Kind> {
  try {
    return new Map(readdirSync(folder).map((name) => [name, kindOf(join(folder, name))]));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return new Map();
    throw error;
  }
}

function kindOf(path: string): Kind {
  const stats = lstatSync(path);
  if (stats.isFile()) return "file";
  if (stats.isSymbolicLink()) return "link";
  return stats.isDirectory() && mayRead(path) ? "folder" : "other";
}

function mayRead(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function isEqual(mine: string, theirs: string, kind: Kind | undefined): boolean {
  if (kind === "link") return readlinkSync(mine) === readlinkSync(theirs);
  if (kind !== "file" || lstatSync(mine).size !== lstatSync(theirs).size) return false;
  try {
    return readFileSync(mine).equals(readFileSync(theirs));
  } catch {
    // It may not be read, so nobody knows.
    return false;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
