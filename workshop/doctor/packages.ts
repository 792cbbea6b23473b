import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../catalog.ts";
import { npmInstall } from "./mend.ts";
import type { Exam } from "./probe.ts";

/** The npm packages, against package-lock.json. */
export const packages: Exam = {
  name: "Packages",
  required: true,
  async look() {
    const { expected, missing, differing } = comparePackages(root);
    const wrong = [
      ...(missing.length ? [`not installed: ${few(missing)}`] : []),
      ...(differing.length ? [`of another version: ${few(differing)}`] : []),
    ];
    if (wrong.length === 0) return { state: "ok", detail: `${expected} installed` };
    return { state: "lack", detail: wrong.join("\n"), mends: [npmInstall] };
  },
};

export interface Comparison {
  /** How many packages must be there. */
  expected: number;
  missing: string[];
  /** Installed in a version that package-lock.json does not name: `git pull` without `npm install`. */
  differing: string[];
}

/**
 * Compares what is installed in a folder with its package-lock.json. What is there for some systems
 * only (optional packages) does not count.
 */
export function comparePackages(folder: string): Comparison {
  const { packages: locked }: { packages: Record<string, LockedPackage> } = JSON.parse(
    readFileSync(join(folder, "package-lock.json"), "utf8"),
  );
  const expected = Object.entries(locked).filter(
    ([path, { optional, devOptional }]) => path && !optional && !devOptional,
  );
  const comparison: Comparison = { expected: expected.length, missing: [], differing: [] };
  for (const [path, { version }] of expected) {
    const installed = installedVersion(join(folder, path));
    if (installed === undefined) comparison.missing.push(nameOf(path));
    else if (installed !== version) comparison.differing.push(nameOf(path));
  }
  return comparison;
}

interface LockedPackage {
  version?: string;
  optional?: boolean;
  devOptional?: boolean;
}

function installedVersion(folder: string): string | undefined {
  try {
    return String(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version);
  } catch {
    return undefined;
  }
}

/** `node_modules/a/node_modules/@b/c` is `@b/c`. */
function nameOf(path: string): string {
  return path.split("node_modules/").at(-1) ?? path;
}

function few(names: readonly string[]): string {
  const rest = names.length - 3;
  return names.slice(0, 3).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
