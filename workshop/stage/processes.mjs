// @ts-check
/**
 * Who is alive, and whose they are. Plain JavaScript, because the leash runs it without a loader.
 *
 * Everything that a run starts carries the run's folder in its environment, as `WORKSHOP_RUN` or as
 * the `PM2_HOME` below it. Where environments cannot be read (macOS, Windows), the pid files in that
 * folder and the process tree below them say it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

const MARKS = ["WORKSHOP_RUN=", "PM2_HOME="];

/** False where the other way must do. `WORKSHOP_NO_PROC` forces that way, for its test. */
export const environmentsShow = existsSync("/proc/self/environ") && !process.env.WORKSHOP_NO_PROC;

/**
 * Whether a process exists that has not ended: a zombie only waits to be counted.
 * @param {number} pid
 */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return !existsSync("/proc/self/status");
  }
}

/**
 * The command line of a process; empty when it has ended or cannot be asked.
 * @param {number} pid
 */
export function commandOf(pid) {
  try {
    if (existsSync("/proc/self/cmdline")) {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    }
    if (process.platform === "win32") return "";
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/**
 * The living processes of a run, or of every run whose folder begins like this.
 * @param {string} folder
 * @returns {{ pid: number, folder: string }[]}
 */
export function processesOf(folder) {
  return environmentsShow ? byEnvironment(folder) : byPidFiles(folder);
}

/** @param {string} folder */
function byEnvironment(folder) {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .flatMap((pid) => {
      const value = markOf(pid);
      return value?.startsWith(folder) && isAlive(pid) ? [{ pid, folder: value }] : [];
    });
}

/** @param {number} pid */
function markOf(pid) {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    for (const mark of MARKS) {
      const found = variables.find((variable) => variable.startsWith(mark));
      if (found) return found.slice(mark.length);
    }
  } catch {
    // It has ended in the meantime, or it is somebody else's.
  }
  return undefined;
}

/** @param {string} folder */
function byPidFiles(folder) {
  if (!existsSync(folder)) return [];
  const roots = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".pid"))
    .map((file) => Number(read(join(folder, file)).trim()));
  const children = processTree();
  const all = new Set(roots.filter((pid) => pid > 1));
  for (const pid of all) for (const child of children.get(pid) ?? []) all.add(child);
  return [...all]
    .filter((pid) => pid !== process.pid && isAlive(pid))
    .map((pid) => ({ pid, folder: folder + sep }));
}

/** Who has started whom, as far as the system tells. @returns {Map<number, number[]>} */
function processTree() {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  if (process.platform === "win32") return children;
  const table = execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8" });
  for (const line of table.trim().split("\n")) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return children;
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
