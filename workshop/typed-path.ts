import { realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { root } from "./catalog.ts";
import { UsageProblem } from "./problems.ts";

/** Where `npm run` was typed: npm itself goes on in the root of the clone. */
export function typedFolder(): string {
  return process.env.INIT_CWD ?? process.cwd();
}

/** The whole path of a file or folder as it was typed: seen from where it was typed. */
export function typedPath(path: string): string {
  return resolve(typedFolder(), path);
}

/**
 * The whole path of a folder in the clone, as it was typed.
 *
 * @throws UsageProblem when there is none, or it lies elsewhere.
 */
export function typedFolderOfClone(path: string): string {
  const folder = typedPath(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageProblem(`There is no folder ${path}.`);
  }
  // Whoever types it may have come by a link.
  const real = realpathSync(folder);
  const inside = relative(realpathSync(root), real);
  if (inside && !inside.startsWith("..") && !isAbsolute(inside)) return real;
  throw new UsageProblem(
    `${path} is no folder in this clone, where code finds its packages. Copy it: work/anna`,
  );
}
