import { MachineProblem } from "../problems.ts";
import { findChromium } from "../stage/browser.ts";
import { lastLines, runCommand } from "./command.ts";
import { chromiumMends, npmInstall, tell, type Mend } from "./mend.ts";
import type { Exam, Look } from "./probe.ts";
import type { System } from "./system.ts";

/** The browser of the checks and tests. */
export const chromium: Exam = { name: "Chromium", required: true, look };

async function look(system: System): Promise<Look> {
  let path: string;
  try {
    path = await findChromium();
  } catch (error) {
    if (error instanceof MachineProblem) {
      return { state: "lack", detail: error.message, mends: mendsFor(system) };
    }
    // Playwright itself is missing.
    return {
      state: "lack",
      detail: "It cannot be looked for before the packages are installed.",
      mends: [npmInstall],
    };
  }
  // On Windows, Chrome opens a window instead of printing its version.
  if (system.platform === "win32") return { state: "ok", detail: path };
  const { ok, how, output } = await runCommand([path, "--version"], { within: 10_000 });
  if (ok) return { state: "ok", detail: `${versionLine(output)}\n${path}` };
  // A library that it misses, or the package that it only stands for: its last line names it.
  const reason = lastLines(output, 1)[0] ?? how;
  return {
    state: "lack",
    detail: `${path} is there but does not run: ${reason}`,
    mends: mendsFor(system),
  };
}

/** While `CHROMIUM_PATH` names one, no other is looked for: installing one would mend nothing. */
function mendsFor(system: System): readonly Mend[] {
  return process.env.CHROMIUM_PATH
    ? [tell("correct or unset CHROMIUM_PATH")]
    : chromiumMends(system);
}

/** `Chromium 156.0.8078.79 built on Debian …`, among what its start script may write. */
function versionLine(output: string): string {
  return /^\S.* \d+(\.\d+)+/m.exec(output)?.[0] ?? "version unknown";
}
