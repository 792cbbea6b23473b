// @ts-check
/**
 * The leash: `node leash.mjs RUN_FOLDER` ends everything that a run has started and removes its
 * folder. It runs when the run's own process is gone, whichever way it went (see run.ts), so it
 * relies on nothing but the operating system.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, processesOf } from "./processes.mjs";

/** When it is looked once more for a child of a runner that was killed, in ms. */
const LATE = [50, 200, 750, 2000];

const [, , folder] = process.argv;
if (!folder) process.exit(2);

const owner = readOwner();
// Once is not enough: a daemon that is about to die may still start one more worker.
for (let quiet = 0, rounds = 0; quiet < 2 && rounds < 400; rounds += 1) {
  quiet = killAll() === 0 ? quiet + 1 : 0;
  if (quiet < 2) await sleep(10);
}
await remove();
// A runner that was killed in the middle of starting something has left a process that bears no mark
// before it has begun; on a busy machine that takes its time.
for (const pause of owner && !isAlive(owner) ? LATE : []) {
  await sleep(pause);
  if (killAll() > 0) await remove();
}

/** Kills what bears the run's mark, and gives how many there were. */
function killAll() {
  const found = processesOf(folder ?? "");
  for (const { pid } of found) kill(pid);
  return found.length;
}

async function remove() {
  // Somebody may be in the middle of a write: a file that comes while its folder is being emptied makes
  // rmSync throw, and a folder may be made anew after it was looked for.
  for (let gone = 0, rounds = 0; gone < 3 && rounds < 500; rounds += 1) {
    gone = existsSync(folder ?? "") ? 0 : gone + 1;
    try {
      rmSync(folder ?? "", { recursive: true, force: true });
    } catch {
      // The next round tries again.
    }
    await sleep(10);
  }
}

/** The pid of the run's own process, if this is the leash that it has started. */
function readOwner() {
  try {
    const { pid, leash } = JSON.parse(readFileSync(join(folder ?? "", "owner.json"), "utf8"));
    return leash === process.pid ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was quicker.
  }
}
