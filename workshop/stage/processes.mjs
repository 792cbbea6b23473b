// @ts-check
/**
 * Who is alive, and whose they are. Plain JavaScript, because the leash runs it without a loader.
 *
 * Everything that a run starts carries the run's folder in its environment, as `WORKSHOP_RUN` or as
 * the `PM2_HOME` below it; Redis and nginx, which write their titles over their environment, work in
 * that folder. Where environments cannot be read (macOS, Windows), the pid files in that folder and
 * the process tree below them say it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";

const MARKS = ["WORKSHOP_RUN=", "PM2_HOME="];

/** False where the other way must do. `WORKSHOP_NO_PROC` forces that way, for its test. */
const environmentsShow = existsSync("/proc/self/environ") && !process.env.WORKSHOP_NO_PROC;

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
      const mark = marksOf(pid).find((value) => value.startsWith(folder));
      return mark !== undefined && isAlive(pid) ? [{ pid, folder: mark }] : [];
    });
}

/**
 * The folders that a process says it belongs to: that of its run, and the pm2 home in it; or, if it
 * has no environment any more, the one that it works in (also when that has been deleted).
 * @param {number} pid
 */
function marksOf(pid) {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    // A title that is longer than the command line leaves its end there.
    const isLeft = variables.some((variable) => variable.includes("="));
    if (!isLeft) return [readlinkSync(`/proc/${pid}/cwd`)];
    return variables.flatMap((variable) => {
      const mark = MARKS.find((name) => variable.startsWith(name));
      return mark ? [variable.slice(mark.length)] : [];
    });
  } catch {
    // It has ended in the meantime, or it is somebody else's.
    return [];
  }
}

/**
 * A pid may have gone to somebody else since its file was written: whoever has it now is ours only
 * if it is older than the file.
 * @param {string} folder
 */
function byPidFiles(folder) {
  if (existsSync(folder)) return byPidFilesIn(folder);
  const siblings = list(dirname(folder)).map((name) => join(dirname(folder), name));
  return siblings.filter((path) => path.startsWith(folder)).flatMap(byPidFilesIn);
}

/** @param {string} folder */
function byPidFilesIn(folder) {
  const table = processTable();
  const roots = pidFiles(folder)
    .filter((file) => {
      const started = table.get(Number(read(file).trim()))?.started;
      return started !== undefined && started <= writtenAt(file) + CLOCK;
    })
    .map((file) => Number(read(file).trim()));
  const all = new Set(roots.filter((pid) => pid > 1));
  for (const pid of all) {
    for (const [child, { parent }] of table) if (parent === pid) all.add(child);
  }
  return [...all]
    .filter((pid) => pid !== process.pid && isAlive(pid))
    .map((pid) => ({ pid, folder: folder + sep }));
}

/**
 * The pid files of a run: its own, and those of the pm2 homes in it.
 * @param {string} folder
 */
function pidFiles(folder) {
  const homes = [folder, ...list(folder).map((name) => join(folder, name))];
  return homes
    .flatMap((home) => [
      join(home, "pm2.pid"),
      ...list(join(home, "pids")).map((name) => join(home, "pids", name)),
    ])
    .filter((file) => file.endsWith(".pid"));
}

/** What is in a folder; nothing when it has just gone. @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** `ps` tells the start of a process to the second. In ms. */
const CLOCK = 2_000;

/**
 * Every process with its parent and its start (ms since the epoch), as far as the system tells.
 * @returns {Map<number, { parent: number, started: number }>}
 */
function processTable() {
  if (process.platform === "win32") return new Map();
  const table = execFileSync("ps", ["-axo", "pid=,ppid=,lstart="], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  return new Map(
    table
      .trim()
      .split("\n")
      .map((row) => {
        const [pid, parent, ...start] = row.trim().split(/\s+/);
        return [Number(pid), { parent: Number(parent), started: Date.parse(start.join(" ")) }];
      }),
  );
}

/** @param {string} file */
function writtenAt(file) {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
