import { spawnSync } from "node:child_process";
import type { Run } from "../../workshop/stage/run.ts";
import type { Answers, Ask } from "../cluster/calls.ts";
import { startChild, type Child } from "../cluster/child.ts";
import { worstOf, type Lag } from "./lag.ts";
import type { LoadAnswers } from "./program.ts";

/** Several processes of clients. Disposing them ends them all. */
export interface Pool extends AsyncDisposable {
  size: number;
  /** Asks the first of them only. */
  ask: Ask<LoadAnswers>;
  /** Asks all of them at the same time, each in its own words; gives their answers in order. */
  all: <T>(ask: (ask: Ask<LoadAnswers>, at: number) => Promise<T>) => Promise<T[]>;
  /** Does something, and gives how late the latest of the processes was meanwhile. */
  timed: <T>(act: () => Promise<T>) => Promise<{ result: T; lag: Lag }>;
}

/** Starts the processes of the load. */
export async function openPool(run: Run, size: number): Promise<Pool> {
  const children: Child<LoadAnswers & Answers>[] = Array.from({ length: size }, (_, at) =>
    startChild<LoadAnswers & Answers>(run, `load-${at}`, new URL("program.ts", import.meta.url)),
  );
  const [first] = children;
  if (!first) throw new Error("A load has at least one process.");
  return {
    size,
    ask: first.ask,
    all: (act) => Promise.all(children.map(({ ask }, at) => act(ask, at))),
    async timed(act) {
      await Promise.all(children.map(({ ask }) => ask("startLag")));
      const result = await act();
      const lags = await Promise.all(children.map(({ ask }) => ask("stopLag")));
      return { result, lag: worstOf(lags) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map((child) => child[Symbol.asyncDispose]()));
    },
  };
}

/** So many, shared out among so many processes: `shares(10, 4)` is 3, 3, 2, 2. */
export function shares(count: number, processes: number): number[] {
  const least = Math.floor(count / processes);
  return Array.from({ length: processes }, (_, at) => least + (at < count % processes ? 1 : 0));
}

/** What a process has open besides its clients. */
const OTHER_FILES = 64;

/**
 * How many clients there may be at most: in one of the processes of the load, two files each while they
 * upgrade; and in a server that may have them all.
 */
export function mostClients(processes: number, limit = openFilesLimit()): number {
  const most = Math.min(Math.floor((limit - OTHER_FILES) / 2) * processes, limit - OTHER_FILES);
  return Math.max(1, most);
}

/** Numbers of clients that this system can have, and what is to be said where they are not all. */
export interface Capped {
  counts: number[];
  note: string | undefined;
}

/** Caps numbers of clients: each number once, since two that are capped alike are one. */
export function capClients(
  wanted: readonly number[],
  processes: number,
  limit = openFilesLimit(),
): Capped {
  const most = mostClients(processes, limit);
  const counts = [...new Set(wanted.map((count) => Math.min(count, most)))];
  const left = wanted.filter((count) => count > most);
  if (left.length === 0) return { counts, note: undefined };
  return {
    counts,
    note: `no more than ${most} clients instead of ${left.join(", ")}, since a process may have ${limit} files open (\`ulimit -Hn\`)`,
  };
}

/**
 * How many files a process may have open. Node raises its soft limit to the hard one when it starts
 * (PlatformInit in its src/node.cc, unless told not to by kNoAdjustResourceLimits), and its children
 * inherit that: so there is nothing left to raise.
 */
function openFilesLimit(): number {
  if (process.platform === "win32") return 8192;
  const said = spawnSync("/bin/sh", ["-c", "ulimit -n"], { encoding: "utf8" }).stdout.trim();
  return /^\d+$/.test(said) ? Number(said) : 65_536;
}
