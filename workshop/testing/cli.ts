import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { root } from "../catalog.ts";
import { cleanEnvironment } from "../stage/environment.ts";

/** The commands behind `npm run`. */
export const CLI = join(root, "workshop", "cli.ts");

export interface CliResult {
  code: number | null;
  /** Both streams in the order of their arrival, without colours. */
  output: string;
}

/**
 * A place for learners' copies and for the workshop's notes, apart from those of whoever is
 * learning in this clone. Copies must lie in the clone: their imports lead out of it otherwise.
 */
export interface Desk extends Disposable {
  /** The folder of the copies. */
  work: string;
  env: NodeJS.ProcessEnv;
}

export function openDesk(): Desk {
  const notes = mkdtempSync(join(tmpdir(), "notes-"));
  const work = mkdtempSync(join(root, ".scratch-"));
  return {
    work,
    env: { WORKSHOP_NOTES: notes, WORKSHOP_WORK: basename(work) },
    [Symbol.dispose]() {
      for (const folder of [notes, work]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one command of the workshop as `npm run` does, without a terminal, until it ends. */
export async function runCli(words: string[], desk?: Desk): Promise<CliResult> {
  using own = desk ? undefined : openDesk();
  const { ended } = startCli(words, desk ?? own);
  // Not before: what it needs is cleared away when this function ends.
  return await ended;
}

/** Starts one command of the workshop, and gives what it has printed when it has ended. */
export function startCli(
  words: string[],
  desk: Desk | undefined,
): { cli: ChildProcess; ended: Promise<CliResult> } {
  const cli = spawn(process.execPath, ["--import", "tsx", CLI, ...words], {
    cwd: root,
    env: {
      ...cleanEnvironment(),
      CI: undefined,
      WORKSHOP_PLAIN: undefined,
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
      ...desk?.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [cli.stdout, cli.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = once(cli, "close").then(([code]: unknown[]) => ({
    code: typeof code === "number" ? code : null,
    output,
  }));
  return { cli, ended };
}
