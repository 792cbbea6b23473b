import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../workshop/catalog.ts";
import { lock } from "../workshop/lock.ts";
import { MachineProblem } from "../workshop/problems.ts";
import type { Run } from "../workshop/stage/run.ts";

/** The exhibit: the app of 2014, and the list of its packages. */
export const EXHIBIT = fileURLToPath(new URL("2014/", import.meta.url)).replace(/[/\\]$/, "");

/** forever's own command line. */
export const FOREVER_BIN = join(EXHIBIT, "node_modules", "forever", "bin", "forever");

/** How long another command may take to install the same packages, in ms. */
const INSTALLED_WITHIN = 300_000;
/** Of what npm says when it fails, so many lines tell why. */
const TOLD = 3;

/** Whether the packages are there as the lock file wants them; a broken-off installation is not. */
export function areInstalled(exhibit = EXHIBIT): boolean {
  const wanted = versionsIn(join(exhibit, "package-lock.json"));
  // npm writes this one last of all.
  const found = versionsIn(join(exhibit, "node_modules", ".package-lock.json"));
  const { dependencies } = JSON.parse(readFileSync(join(exhibit, "package.json"), "utf8"));
  return Object.keys(dependencies).every((name) => {
    const path = `node_modules/${name}`;
    return wanted.get(path) !== undefined && found.get(path) === wanted.get(path);
  });
}

/**
 * Installs the packages of 2014 where they are missing, into a folder that git ignores. Nothing of
 * them runs meanwhile: their install scripts are switched off.
 *
 * @throws MachineProblem when npm cannot get them, or when `WORKSHOP_NO_INSTALL` forbids it.
 */
export async function installPackages(run: Run): Promise<void> {
  if (areInstalled()) return;
  if (process.env.WORKSHOP_NO_INSTALL) {
    throw new MachineProblem(
      "The museum's packages are not installed, and WORKSHOP_NO_INSTALL is set.",
      "Unset it, or run npm ci --ignore-scripts in museum/2014.",
    );
  }
  // Not among the notes, which tests keep elsewhere: the folder is the same for all.
  using _lock = await lock(join(root, ".workshop", "museum.lock"), {
    within: INSTALLED_WITHIN,
    staleAfter: INSTALLED_WITHIN,
    otherwise: () =>
      new MachineProblem("Another command has been installing for 5 minutes.", "npm run stop"),
  });
  if (!areInstalled()) await npmCi(run);
}

async function npmCi(run: Run): Promise<void> {
  // Under `npm run` npm says where it is; on Windows a .cmd file could not be started without a shell.
  const own = process.env.npm_execpath;
  const [program, first] = own?.endsWith("js") ? [process.execPath, [own]] : ["npm", []];
  const npm = spawn(
    program,
    [...first, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: EXHIBIT,
      // With the mark of the run: it ends with it, whenever that is.
      env: { ...process.env, WORKSHOP_RUN: run.folder },
      stdio: ["ignore", "ignore", "pipe"],
      shell: program === "npm" && process.platform === "win32",
      windowsHide: true,
    },
  );
  let said = "";
  npm.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await once(npm, "close").then(
    ([status]: unknown[]) => status,
    (error: unknown) => (said = String(error)),
  );
  if (code === 0 && areInstalled()) return;
  const lines = said.trim().split("\n").slice(0, TOLD).join("\n");
  throw new MachineProblem(
    `npm could not install the packages of 2014:\n${lines || `npm ended with ${String(code)}`}`,
    "Look at the network, and run it again.",
  );
}

/** The version of each package in a lock file, by its path; empty where there is no file. */
function versionsIn(lockFile: string): Map<string, string> {
  try {
    const { packages } = JSON.parse(readFileSync(lockFile, "utf8"));
    const entries = Object.entries<{ version?: string }>(packages);
    return new Map(entries.map(([path, { version = "" }]) => [path, version]));
  } catch {
    return new Map();
  }
}
