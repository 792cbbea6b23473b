import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./environment.ts";
import { isAlive } from "./processes.mjs";

const LEASH = new URL("leash.mjs", import.meta.url);

/** What the folder of every run begins with. */
export const RUNS = join(shortTmp(), "bh-");

/**
 * A run owns what it starts. Its folder holds everything: pm2 homes, the browser's profile, pid
 * files. When it is disposed, or when its process is gone, nothing of it is left.
 */
export interface Run extends AsyncDisposable {
  /** Absolute path, short enough for a Unix socket in a folder below it. */
  folder: string;
  /** The environment for everything that is started in this run: it carries the run's mark. */
  env: NodeJS.ProcessEnv;
  /** Notes the pid of a process, for systems that do not show environments. */
  own: (name: string, pid: number | undefined) => void;
}

/**
 * Opens a run: makes its folder and puts it on a leash, a detached process that waits for the end
 * of its standard input, a pipe from this process; then it kills what carries the run's mark and
 * removes the folder. So it does not matter how this process ends.
 *
 * (Measured: without it a runner that dies leaves its pm2 daemon and workers in 18 of 22 cases.)
 */
export async function openRun(): Promise<Run> {
  sweep();
  const folder = mkdtempSync(RUNS);
  const leash = startLeash(folder);
  writeFileSync(join(folder, "owner.json"), JSON.stringify({ pid: process.pid, leash: leash.pid }));

  let closed: Promise<void> | undefined;
  return {
    ...joinRun(folder),
    // A leash that somebody has killed is replaced by another.
    [Symbol.asyncDispose]: () =>
      (closed ??= letGo(isAlive(leash.pid ?? 0) ? leash : startLeash(folder))),
  };
}

/** A run of another process, used but not owned by this one: disposing it ends nothing. */
export function joinRun(folder: string): Run {
  const pids = join(folder, "pids");
  mkdirSync(pids, { recursive: true });
  return {
    folder,
    // DRILL lets the checks and the page crash a worker on purpose.
    env: { ...cleanEnvironment(), WORKSHOP_RUN: folder, DRILL: "1" },
    own(name, pid) {
      if (pid !== undefined) writeFileSync(join(pids, `${name}.pid`), String(pid));
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Starts to clear away what runs of dead processes have left behind, and gives their folders. */
export function sweep(): string[] {
  const folders = remains();
  for (const folder of folders) letGo(startLeash(folder)).catch(() => {});
  return folders;
}

/** The same, and waits until it is done. */
export async function clearRemains(): Promise<string[]> {
  const folders = remains();
  await Promise.all(folders.map((folder) => letGo(startLeash(folder))));
  return folders;
}

/** Folders of runs whose process and whose leash are both gone. */
export function remains(): string[] {
  return readdirSync(shortTmp())
    .map((name) => join(shortTmp(), name))
    .filter((folder) => folder.startsWith(RUNS) && isAbandoned(folder));
}

function isAbandoned(folder: string): boolean {
  try {
    const owner = join(folder, "owner.json");
    // Somebody else's, on a machine that several people share.
    if (process.getuid && statSync(folder).uid !== process.getuid()) return false;
    // Between the making of a folder and the writing of its owner lies a moment.
    if (!existsSync(owner)) return Date.now() - statSync(folder).mtimeMs > 60_000;
    const { pid, leash } = JSON.parse(readFileSync(owner, "utf8"));
    return !isAlive(Number(pid)) && !isAlive(Number(leash));
  } catch {
    return false;
  }
}

/**
 * Waiting costs next to nothing where there is a shell: `cat` holds the pipe, and Node is loaded
 * only when there is something to clear away.
 */
function startLeash(folder: string): ChildProcess {
  const [command, args] =
    process.platform === "win32"
      ? [
          process.execPath,
          // There import() takes no path, whose drive looks like a URL's scheme.
          ["-e", "process.stdin.resume().on('end', () => import(process.argv[1]))", LEASH.href],
        ]
      : [
          "/bin/sh",
          ["-c", 'cat >/dev/null; exec "$0" "$@"', process.execPath, fileURLToPath(LEASH)],
        ];
  const leash = spawn(command, [...args, folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: cleanEnvironment(),
    windowsHide: true,
  });
  leash.unref();
  leash.stdin?.on("error", () => {});
  return leash;
}

/** Lets the leash do its work now, and waits until it is done. */
async function letGo(leash: ChildProcess): Promise<void> {
  leash.ref();
  const ended = once(leash, "exit");
  leash.stdin?.end();
  await ended;
}

/** Unix sockets have short names (104 bytes on macOS, whose usual folder takes half of them). */
export function shortTmp(): string {
  return Buffer.byteLength(tmpdir()) > 60 ? "/tmp" : tmpdir();
}
