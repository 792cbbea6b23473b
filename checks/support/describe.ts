import type { Worker } from "../../workshop/stage/pm2.ts";

/** `1 process, in fork mode (pid 41203)`, or what else there is. */
export function describeWorkers(workers: readonly Worker[]): string {
  if (workers.length === 0) return "none";
  const kinds = new Map<string, number[]>();
  for (const { mode, state, pid } of workers) {
    const kind = `in ${mode} mode${state === "online" ? "" : `, ${state}`}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), pid]);
  }
  return [...kinds]
    .map(([kind, pids]) => {
      const what = pids.length === 1 ? "1 process" : `${pids.length} processes`;
      return `${what}, ${kind} (pid ${pids.join(", ")})`;
    })
    .join("; ");
}
