import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { root } from "../catalog.ts";
import { cleanEnvironment } from "../stage/environment.ts";
import { until } from "../stage/until.ts";

/** How long a script may take to say what a test waits for, in ms. */
const WITHIN = 15_000;

/** A small program that a test has written, running in a process of its own. */
export interface Script extends AsyncDisposable {
  child: ChildProcess;
  pid: number;
  /** Everything that it has sent by `process.send`. */
  messages: unknown[];
  /** What it has printed on its standard error. */
  errors: () => string;
  /** Waits until it has sent a message that satisfies `holds`, and gives that. */
  hears: <T>(holds: (message: unknown) => message is T) => Promise<T>;
  /** Ends it by a signal and waits until it has ended. */
  end: (signal: NodeJS.Signals) => Promise<void>;
}

export interface ScriptOptions {
  /** Modules that are loaded before it. */
  imports?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

/** Runs an ES module given as text, as if it lay in the root of the clone. */
export function runScript(
  code: string,
  { imports = [], env = {} }: ScriptOptions = {},
): Script & { pid: number } {
  const child = spawn(
    process.execPath,
    [...imports.flatMap((module) => ["--import", module]), "--input-type=module", "-e", code],
    {
      cwd: root,
      env: { ...cleanEnvironment(), ...env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    },
  );
  const messages: unknown[] = [];
  let errors = "";
  child.on("message", (message) => messages.push(message));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = once(child, "exit");
  if (child.pid === undefined) throw new Error("The script could not be started.");

  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    child,
    pid: child.pid,
    messages,
    errors: () => errors,
    async hears<T>(holds: (message: unknown) => message is T) {
      const found = await until(
        () => messages.find(holds),
        (message) => message !== undefined,
        {
          within: WITHIN,
          otherwise: () =>
            new Error(
              `Not heard. Its messages: ${JSON.stringify(messages)}. Its errors: ${errors}`,
            ),
        },
      );
      if (found === undefined) throw new Error("unreachable: until() gives what holds");
      return found;
    },
    end,
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}
