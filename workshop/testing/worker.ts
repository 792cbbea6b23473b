import type { Worker } from "../stage/pm2.ts";

/** A worker that is well: online, idle, never restarted; but for what is said otherwise. */
export const worker = (what: Partial<Worker> = {}): Worker => ({
  instance: 0,
  pid: 1000,
  state: "online",
  mode: "cluster",
  restarts: 0,
  cpu: 0,
  memory: 0,
  waitsForReady: false,
  ...what,
});
