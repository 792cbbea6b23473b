// @ts-check
/**
 * The leash: `node leash.mjs RUN_FOLDER` ends everything that a run has started and removes its
 * folder. It runs when the run's own process is gone, whichever way it went (see run.ts), so it
 * relies on nothing but the operating system.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "./processes.mjs";

const [, , folder] = process.argv;
if (!folder) process.exit(2);

// Once is not enough: a daemon that is about to die may still start one more worker.
for (let quiet = 0, rounds = 0; quiet < 2 && rounds < 400; rounds += 1) {
  const found = processesOf(folder);
  for (const { pid } of found) kill(pid);
  quiet = found.length === 0 ? quiet + 1 : 0;
  if (quiet < 2) await sleep(10);
}
// What was killed in the middle of a write may have made a folder after it was looked for.
for (let tries = 0; tries < 3; tries += 1) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  await sleep(10);
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was quicker.
  }
}
