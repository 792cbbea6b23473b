import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { NOTES } from "./catalog.ts";
import { alone, writeNote } from "./notes.ts";
import { UsageProblem } from "./problems.ts";
import { commandOf, isAlive } from "./stage/processes.mjs";

const NAME = "session.json";
const FILE = join(NOTES, NAME);

/** The address of a Redis may hold a password. */
const OWNER_ONLY = 0o600;

/** What a running session tells the other commands about itself. */
export interface SessionNote {
  pid: number;
  step: number;
  /** Where the app can be opened. */
  url?: string | undefined;
  /** The session's pm2 homes, one for each host; none in steps without pm2. */
  homes?: readonly string[] | undefined;
  /** The URL of the session's Redis; absent in steps without Redis. */
  redis?: string | undefined;
  /** The address of the workbench, where the session is one: with what lets a browser in. */
  workbench?: string | undefined;
}

/** The session that is running in this clone, if there is one. */
export function runningSession(): SessionNote | undefined {
  const note = noted();
  if (!note || !isAlive(note.pid)) return undefined;
  // A pid may have gone to somebody else since: only a process of the workshop's counts.
  const isOurs = /workshop.cli\.ts/.test(commandOf(note.pid) || "workshop/cli.ts");
  return isOurs ? note : undefined;
}

/** What the latest session has noted, whether it is still there or not. */
function noted(): SessionNote | undefined {
  try {
    return JSON.parse(readFileSync(FILE, "utf8"));
  } catch {
    return undefined;
  }
}

/** That the clone is this session's. Disposing it gives it back. */
export interface Claim extends Disposable {
  /** Adds what is known later, or is different now. */
  update: (more: Partial<SessionNote>) => void;
}

/**
 * Claims the clone for this session.
 *
 * @throws UsageProblem when another session has it, with that one's pid.
 * @throws MachineProblem when the folder of the notes cannot be written to.
 */
export async function claimSession(step: number): Promise<Claim> {
  let note: SessionNote = { pid: process.pid, step };
  // Of two at the same moment the second finds the note of the first.
  await alone(NAME, () => {
    const other = runningSession();
    if (other) throw alreadyRunning(other);
    writeNote(NAME, note, OWNER_ONLY);
  });
  return {
    update(more) {
      note = { ...note, ...more };
      writeNote(NAME, note, OWNER_ONLY);
    },
    [Symbol.dispose]() {
      if (noted()?.pid === process.pid) rmSync(FILE, { force: true });
    },
  };
}

function alreadyRunning(other: SessionNote): UsageProblem {
  if (other.workbench) {
    return new UsageProblem(
      `The workbench is open in this clone already (pid ${other.pid}): ${other.workbench}\nEnd it with Ctrl-C where it was started, or with npm run stop.`,
    );
  }
  return new UsageProblem(
    `A session is running in this clone already (step ${other.step}, pid ${other.pid}). Quit it with q, or end it with npm run stop.`,
  );
}
