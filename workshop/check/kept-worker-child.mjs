/**
 * The process in which vitest runs the checks. It stays for the next run: what it has loaded need not
 * be loaded again, and what it is connected to stays connected.
 */
import { init, runBaseTests, setupEnvironment } from "vitest/worker";

/** @typedef {(message: unknown) => void} Listener */

// A check may put something in their place.
const exit = process.exit.bind(process);
const send = process.send?.bind(process);
if (!send) throw new Error("This is started by workshop/check/kept-worker.ts.");

/** The first listens for what is to be done; further ones belong to a run, and go with it. */
/** @type {Listener[]} */
const listeners = [];
process.on("message", (message) => {
  // It may take itself off the list meanwhile.
  for (const listener of listeners.slice()) listener(message);
});
process.once("disconnect", () => exit());

init({
  post: (message) => send(message),
  on: (listener) => listeners.push(listener),
  off: (listener) => {
    const at = listeners.indexOf(listener);
    if (at !== -1) listeners.splice(at, 1);
  },
  teardown: () => listeners.splice(1),
  runTests: (state, traces) => play("run", state, traces),
  collectTests: (state, traces) => play("collect", state, traces),
  setup: setupEnvironment,
});

/** @type {(...args: Parameters<typeof runBaseTests>) => Promise<void>} */
async function play(method, state, traces) {
  try {
    await runBaseTests(method, state, traces);
  } finally {
    process.exit = exit;
  }
}
