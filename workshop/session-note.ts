import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NOTES } from "./catalog.ts";
import { UsageProblem } from "./problems.ts";
import { commandOf, isAlive } from "./stage/processes.mjs";

const FILE = join(NOTES, "session.json");

/** The address of a Redis may hold a password. */
const OWNER_ONLY = 0o600;

/** What a running session tells the other commands about itself. */
export interface SessionNote {
  pid: number;
  step: number;
  /** Where the app can be opened. */
  url?: string | undefined;
  /** The session's pm2 homes, one for each host; absent in steps without pm2. */
  homes?: readonly string[] | undefined;
  /** The URL of the session's Redis; absent in steps without Redis. */
  redis?: string | undefined;
  /** The address of the workbench, where the session is one: with what lets a browser in. */
  workbench?: string | undefined;
}

/** The session that is running in this clone, if there is one. */
export function runningSession(): SessionNote | undefined {
  try {
    const note: SessionNote = JSON.parse(readFileSync(FILE, "utf8"));
    // A pid may have gone to somebody else since: only a process of the workshop's counts.
    const isOurs = /workshop.cli\.ts/.test(commandOf(note.pid) || "workshop/cli.ts");
    return isAlive(note.pid) && isOurs ? note : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Claims the clone for this session. `update` adds what is known later; disposing it gives it back.
 *
 * @throws UsageProblem when another session has it, with that one's pid.
 */
export function claimSession(
  step: number,
): Disposable & { update: (more: Partial<SessionNote>) => void } {
  let note: SessionNote = { pid: process.pid, step };
  mkdirSync(NOTES, { recursive: true });
  if (!runningSession()) rmSync(FILE, { force: true });
  try {
    // Of two at the same moment one makes the file; the other finds it there.
    writeFileSync(FILE, JSON.stringify(note), { flag: "wx", mode: OWNER_ONLY });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    throw alreadyRunning(runningSession());
  }
  return {
    update(more) {
      note = { ...note, ...more };
      writeFileSync(FILE, JSON.stringify(note), { mode: OWNER_ONLY });
    },
    [Symbol.dispose]() {
      rmSync(FILE, { force: true });
    },
  };
}

function alreadyRunning(other: SessionNote | undefined): UsageProblem {
  if (other?.workbench) {
    return new UsageProblem(
      `The workbench is open in this clone already (pid ${other.pid}): ${other.workbench}\nEnd it with Ctrl-C where it was started, or with npm run stop.`,
    );
  }
  const which = other ? ` (step ${other.step}, pid ${other.pid})` : "";
  return new UsageProblem(
    `A session is running in this clone already${which}. Quit it with q, or end it with npm run stop.`,
  );
}
