import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../workshop/catalog.ts";
import type { Run } from "../../workshop/stage/run.ts";
import { asker, type Answers, type Ask } from "./calls.ts";

/** A program of the lab that runs in a process of its own. Disposing it ends it at once. */
export interface Child<A extends Answers> extends AsyncDisposable {
  ask: Ask<A>;
  pid: number | undefined;
}

/** Starts a program. What it prints is kept, and told with what it fails at. */
export function startChild<A extends Answers>(
  run: Run,
  name: string,
  file: URL,
  env: Record<string, string> = {},
): Child<A> {
  const logFile = join(run.folder, `${name}.log`);
  const log = openSync(logFile, "w");
  const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(file)], {
    cwd: root,
    env: { ...run.env, ...env },
    stdio: ["ignore", log, log, "ipc"],
    // JSON would make null of what never came, which is Infinity here.
    serialization: "advanced",
    windowsHide: true,
  });
  closeSync(log);
  run.own(name, child.pid);
  const ask = asker<A>(child, name);
  return {
    pid: child.pid,
    ask: (question, ...input) =>
      ask(question, ...input).catch((error: unknown) => {
        const said = readFileSync(logFile, "utf8").trim().split("\n").slice(-20).join("\n");
        throw new Error(`${String(error)}\n${said}`, { cause: error });
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
