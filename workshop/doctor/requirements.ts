import { readFileSync } from "node:fs";
import { join } from "node:path";
import { APP_PORT, root } from "../catalog.ts";
import { MachineProblem } from "../problems.ts";
import { findChromium } from "../stage/browser.ts";
import { isFree } from "../stage/ports.ts";
import { isAtLeast } from "../version.ts";
import { lastLines, runCommand } from "./command.ts";
import { chromiumFixes, manual, nodeFixes, npmInstall, type Fix } from "./fix.ts";
import { readManifest, type Requirement, type Status } from "./report.ts";
import { capacityText, type System } from "./system.ts";

/** The Node that runs this, against the oldest that package.json allows. */
export const node: Requirement = {
  name: "Node",
  required: true,
  async inspect(system) {
    const mine = process.versions.node;
    const { oldestNode } = readManifest();
    if (isAtLeast(mine, oldestNode)) return { state: "ok", detail: [mine, ...npm()].join(", ") };
    return {
      state: "unmet",
      detail: `${mine}; the workshop needs ${oldestNode} or newer`,
      fixes: nodeFixes(system, Boolean(process.env.NVM_DIR)),
    };
  },
};

/** The npm that has started us says so in the environment. */
function npm(): string[] {
  const [, version] = /\bnpm\/(\S+)/.exec(process.env.npm_config_user_agent ?? "") ?? [];
  return version ? [`npm ${version}`] : [];
}

/** The operating system. */
export const machine: Requirement = {
  name: "System",
  required: false,
  async inspect({ platform, distro, kernel }) {
    const name = distro?.name ?? { darwin: "macOS", win32: "Windows" }[String(platform)];
    const lines = [`${name ?? platform}, ${process.arch}, kernel ${kernel}`, capacityText()];
    if (platform !== "win32") return { state: "ok", detail: lines.join("\n") };
    return {
      state: "note",
      detail: [...lines, "pm2 clusters and nginx are supported inside WSL2 only."].join("\n"),
      fixes: [manual("wsl --install, then clone and work in there")],
    };
  },
};

/** The npm packages, against package-lock.json. */
export const packages: Requirement = {
  name: "Packages",
  required: true,
  async inspect() {
    const { expected, missing, differing } = comparePackages(root);
    const wrong = [
      ...(missing.length ? [`not installed: ${few(missing)}`] : []),
      ...(differing.length ? [`of another version: ${few(differing)}`] : []),
    ];
    if (wrong.length === 0) return { state: "ok", detail: `${expected} installed` };
    return { state: "unmet", detail: wrong.join("\n"), fixes: [npmInstall] };
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

/** The browser of the checks and tests. */
export const chromium: Requirement = {
  name: "Chromium",
  required: true,
  inspect: inspectChromium,
};

async function inspectChromium(system: System): Promise<Status> {
  let path: string;
  try {
    path = await findChromium();
  } catch (error) {
    if (error instanceof MachineProblem) {
      return { state: "unmet", detail: error.message, fixes: fixesFor(system) };
    }
    // Playwright itself is missing.
    return {
      state: "unmet",
      detail: "It cannot be looked for before the packages are installed.",
      fixes: [npmInstall],
    };
  }
  // On Windows, Chrome opens a window instead of printing its version.
  if (system.platform === "win32") return { state: "ok", detail: path };
  const { ok, how, output } = await runCommand([path, "--version"], { within: 10_000 });
  if (ok) return { state: "ok", detail: `${versionLine(output)}\n${path}` };
  // A library that it misses, or the package that it only stands for: its last line names it.
  const reason = lastLines(output, 1)[0] ?? how;
  return {
    state: "unmet",
    detail: `${path} is there but does not run: ${reason}`,
    fixes: fixesFor(system),
  };
}

/** While `CHROMIUM_PATH` names one, no other is looked for: installing one would fix nothing. */
function fixesFor(system: System): readonly Fix[] {
  return process.env.CHROMIUM_PATH
    ? [manual("correct or unset CHROMIUM_PATH")]
    : chromiumFixes(system);
}

/** `Chromium 156.0.8078.79 built on Debian …`, among what its start script may write. */
function versionLine(output: string): string {
  return /^\S.* \d+(\.\d+)+/m.exec(output)?.[0] ?? "version unknown";
}

/** The port that a session wishes for. */
export const port: Requirement = {
  name: `Port ${APP_PORT}`,
  required: false,
  async inspect() {
    if (await isFree(APP_PORT)) return { state: "ok", detail: "free" };
    return { state: "note", detail: "taken; a session uses the next free one" };
  },
};

/** `Redis server v=7.0.15 sha=…` and `nginx version: nginx/1.22.1` both hold one version. */
export function versionIn(text: string): string {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? "version unknown";
}
