import { existsSync } from "node:fs";
import { MachineProblem } from "../problems.ts";
import { findProgram } from "./find-program.ts";

/** Where packages put programs although the PATH may not lead there; Debian's is root's alone. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/**
 * The nginx to start: `NGINX_PATH`, else an installed one.
 *
 * @throws MachineProblem when there is none, or when `NGINX_PATH` names no file.
 */
export function findNginx({ folders = FOLDERS } = {}): string {
  const named = process.env.NGINX_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new MachineProblem(
      `NGINX_PATH names ${named}, and there is no such file.`,
      "Correct or unset NGINX_PATH.",
    );
  }
  const path = findProgram(["nginx"], folders);
  if (path) return path;
  throw new MachineProblem(
    "No nginx was found; it is needed from step 9 on.",
    "npm run doctor -- --fix",
  );
}
