import { existsSync } from "node:fs";
import { sep } from "node:path";
import { processesOf } from "../stage/processes.mjs";
import { remains, RUNS, sweep } from "../stage/run.ts";
import { until } from "../stage/until.ts";
import { tell } from "./mend.ts";
import type { Exam, Look } from "./probe.ts";

/** What runs that are over have left behind: folders, and processes whose folder is gone. */
export const leftovers: Exam = {
  name: "Leftovers",
  required: false,
  async look() {
    const folders = remains();
    const inFolders = folders.flatMap((folder) => processesOf(folder));
    const marked = processesOf(RUNS);
    const orphans = marked.filter(({ folder }) => !existsSync(runFolderOf(folder)));
    return lookAt({
      folders,
      inFolders: pidsOf(inFolders),
      orphans: pidsOf(orphans),
      alive: pidsOf(marked).length,
    });
  },
};

interface Found {
  /** Folders of dead runs. */
  folders: readonly string[];
  /** Processes that belong to those. */
  inFolders: readonly number[];
  /** Processes of runs whose folder is gone. */
  orphans: readonly number[];
  /** All processes of runs, dead or alive. */
  alive: number;
}

/** What the report says about what was found. */
export function lookAt({ folders, inFolders, orphans, alive }: Found): Look {
  if (folders.length === 0 && orphans.length === 0) {
    const running = alive ? `; ${count(alive, "process", "processes")} of running sessions` : "";
    return { state: "ok", detail: `none${running}` };
  }
  const lines: string[] = [];
  const commands: string[] = [];
  if (folders.length) {
    const processes = inFolders.length ? `, with pids ${inFolders.join(", ")}` : "";
    lines.push(`${count(folders.length, "run", "runs")} left behind${processes}`);
    commands.push("npm run doctor -- --fix");
  }
  if (orphans.length) {
    lines.push(`processes of runs that are over: ${orphans.join(", ")}`);
    commands.push(`kill -9 ${orphans.join(" ")}`);
  }
  return { state: "note", detail: lines.join("\n"), mends: [tell(commands.join(" && "))] };
}

/**
 * Clears away what dead runs have left, and waits until it is gone, for 10 s at most; what stays
 * shows in the next report.
 *
 * @returns the folders it set out to clear.
 */
export async function clearLeftovers(): Promise<string[]> {
  const folders = sweep();
  const gone = until(
    () => folders.filter((folder) => existsSync(folder)),
    (left) => left.length === 0,
    { within: 10_000, otherwise: (left) => new Error(`Still there: ${left?.join(", ")}`) },
  );
  await gone.catch(() => {});
  return folders;
}

/** The run's folder is the first one below what all of them begin with; a pm2 home is below it. */
function runFolderOf(marked: string): string {
  return RUNS + (marked.slice(RUNS.length).split(sep)[0] ?? "");
}

function pidsOf(processes: readonly { pid: number }[]): number[] {
  return [...new Set(processes.map(({ pid }) => pid))];
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
