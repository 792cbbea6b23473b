import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../catalog.ts";

interface Manifest {
  /** The workshop's version. */
  version: string;
  /** The oldest Node that will do: `20.19`. */
  oldestNode: string;
}

/** What package.json says about the workshop. */
export function readManifest(): Manifest {
  const { version, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return { version: String(version), oldestNode: String(engines?.node).replace(/^>=\s*/, "") };
}
