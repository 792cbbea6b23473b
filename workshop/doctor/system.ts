import { readFileSync } from "node:fs";
import { availableParallelism, release, totalmem } from "node:os";

/** What decides which command fixes a requirement: facts about this machine and who is asking. */
export interface System {
  platform: NodeJS.Platform;
  /** What `/etc/os-release` says; absent where there is no such file. */
  distro?: Distro | undefined;
  /** The kernel's release: it names WSL where we run inside it. */
  kernel: string;
  isRoot: boolean;
  /** Whether a person sits in front of it who can answer a question. */
  isTerminal: boolean;
}

export interface Distro {
  /** `debian`, `ubuntu`, `fedora` … */
  id: string;
  /** The distributions it descends from, the nearest first. */
  like: readonly string[];
  /** `Debian GNU/Linux 12 (bookworm)`. */
  name: string;
}

/** Systems that are fixed in the same way. */
export type Family = "debian" | "ubuntu" | "fedora" | "arch" | "macos" | "windows" | "other";

/** The facts about this machine and this process. */
export function readSystem(): System {
  return {
    platform: process.platform,
    distro: readDistro(),
    kernel: release(),
    isRoot: process.getuid?.() === 0,
    isTerminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
  };
}

function readDistro(): Distro | undefined {
  try {
    return parseOsRelease(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return undefined;
  }
}

/** Reads the text of an `os-release` file: `NAME=value`, with or without quotes. */
export function parseOsRelease(text: string): Distro {
  const fields = new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return key ? [[key, (value ?? "").trim().replace(/^(["'])(.*)\1$/, "$2")] as const] : [];
    }),
  );
  const id = fields.get("ID") || "linux";
  return {
    id,
    like: (fields.get("ID_LIKE") ?? "").split(/\s+/).filter(Boolean),
    name: fields.get("PRETTY_NAME") || id,
  };
}

/** Which systems this one is fixed like. What descends from Ubuntu has its snap packages too. */
export function familyOf({ platform, distro }: Pick<System, "platform" | "distro">): Family {
  if (platform === "darwin") return "macos";
  if (platform === "win32") return "windows";
  const names = new Set(distro ? [distro.id, ...distro.like] : []);
  if (names.has("ubuntu")) return "ubuntu";
  if (names.has("debian")) return "debian";
  if (names.has("fedora") || names.has("rhel")) return "fedora";
  if (names.has("arch")) return "arch";
  return "other";
}

/** `2 cores, 23.5 GB of memory, 22.9 GB of it free`: what this process may use of them. */
export function capacityText(): string {
  const cores = availableParallelism();
  // In a container the limit is smaller than the machine; where there is none it is 0 or absurd.
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const free = Math.min(process.availableMemory(), memory);
  return `${cores} ${cores === 1 ? "core" : "cores"}, ${gigabytes(memory)} of memory, ${gigabytes(free)} of it free`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}

/** True when `WORKSHOP_NO_INSTALL` forbids to install anything. */
export function installingIsForbidden(): boolean {
  return Boolean(process.env.WORKSHOP_NO_INSTALL);
}
