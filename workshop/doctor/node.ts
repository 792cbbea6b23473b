import { readManifest } from "./manifest.ts";
import { nodeMends } from "./mend.ts";
import type { Exam } from "./probe.ts";

/** The Node that runs this, against the oldest that package.json allows. */
export const node: Exam = {
  name: "Node",
  required: true,
  async look(system) {
    const mine = process.versions.node;
    const { oldestNode } = readManifest();
    if (isAtLeast(mine, oldestNode)) return { state: "ok", detail: [mine, ...npm()].join(", ") };
    return {
      state: "lack",
      detail: `${mine}; the workshop needs ${oldestNode} or newer`,
      mends: nodeMends(system, Boolean(process.env.NVM_DIR)),
    };
  },
};

/** Whether a version is as new as another: `22.3.0` is at least `20.19`. */
export function isAtLeast(version: string, oldest: string): boolean {
  const mine = version.split(".").map(Number);
  for (const [at, least] of oldest.split(".").map(Number).entries()) {
    const part = mine[at] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/** The npm that has started us says so in the environment. */
function npm(): string[] {
  const [, version] = /\bnpm\/(\S+)/.exec(process.env.npm_config_user_agent ?? "") ?? [];
  return version ? [`npm ${version}`] : [];
}
