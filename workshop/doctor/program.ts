import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "./command.ts";
import { packageMends, type PackageNames } from "./mend.ts";
import type { Exam } from "./probe.ts";

interface Program {
  /** As people call it. */
  name: string;
  /** The commands that will do, the best first. */
  commands: readonly string[];
  /** The option that makes it print its version. */
  versionOption: string;
  /** From which step on it is used. */
  fromStep: number;
  /** Folders to look into that may not be on the PATH. */
  folders?: readonly string[];
  packages: PackageNames;
}

/** Redis, or its fork: the workshop starts its own, so it need not be running. */
export const redis = examOf({
  name: "Redis",
  commands: ["redis-server", "valkey-server"],
  versionOption: "--version",
  fromStep: 5,
  packages: { apt: "redis-server", brew: "redis", dnf: "valkey", pacman: "valkey" },
});

export const nginx = examOf({
  name: "nginx",
  commands: ["nginx"],
  versionOption: "-v",
  fromStep: 9,
  // Debian installs it where only root's PATH looks.
  folders: ["/usr/sbin", "/usr/local/sbin"],
  packages: { apt: "nginx", brew: "nginx", dnf: "nginx", pacman: "nginx" },
});

function examOf(program: Program): Exam {
  return {
    name: program.name,
    required: false,
    async look(system) {
      const path = findProgram(program.commands, program.folders);
      if (path === undefined) {
        return {
          state: "lack",
          detail: `not found; used from step ${program.fromStep} on`,
          mends: packageMends(program.packages, system),
        };
      }
      const { ok, output } = await runCommand([path, program.versionOption], { within: 5_000 });
      return { state: "ok", detail: `${ok ? versionIn(output) : "version unknown"}, ${path}` };
    },
  };
}

/** The path of the first of these programs on the PATH, or in further folders. */
export function findProgram(
  names: readonly string[],
  further: readonly string[] = [],
): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...further];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** `Redis server v=7.0.15 sha=…` and `nginx version: nginx/1.22.1` both hold one version. */
export function versionIn(text: string): string {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? "version unknown";
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
