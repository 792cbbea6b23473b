import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CrowdTarget } from "./protocol.ts";

/** In a line of its own, as the step's README has it; not in a comment. */
const ONLY_WEBSOCKET = /^\s*transports:\s*\[\s*["']websocket["']\s*,?\s*\]/m;

/** By which transports the page of this code connects: a crowd does as the page would. */
export function transportsOf(dir: string): CrowdTarget["transports"] {
  const file = join(dir, "public", "client-options.js");
  const isOnly = existsSync(file) && ONLY_WEBSOCKET.test(readFileSync(file, "utf8"));
  return isOnly ? ["websocket"] : ["polling", "websocket"];
}
