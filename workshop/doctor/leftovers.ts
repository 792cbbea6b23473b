import { existsSync } from "node:fs";
import { sep } from "node:path";
import { processesOf } from "../stage/processes.mjs";
import { remains, RUNS } from "../stage/run.ts";
import { manual } from "./fix.ts";
import type { Requirement, Status } from "./report.ts";

/** What runs that are over have left behind: folders, and processes whose folder is gone. */
export const leftovers: Requirement = {
  name: "Leftovers",
  required: false,
  async inspect() {
    const folders = remains();
    const inFolders = folders.flatMap((folder) => processesOf(folder));
    const marked = processesOf(RUNS);
    const orphans = marked.filter(({ folder }) => !existsSync(runFolderOf(folder)));
    return leftoversStatus({
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
export function leftoversStatus({ folders, inFolders, orphans, alive }: Found): Status {
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
  return { state: "note", detail: lines.join("\n"), fixes: [manual(commands.join(" && "))] };
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
