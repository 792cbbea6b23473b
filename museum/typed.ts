import { spawn } from "node:child_process";
import { once } from "node:events";
import { MachineProblem } from "../workshop/problems.ts";
import { EXHIBIT } from "./packages.ts";

/** What a command has printed. */
export interface Printed {
  out: string;
  err: string;
}

export interface Program {
  /** The file that Node runs. */
  bin: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** For how many columns it may print. */
  columns: number;
}

/**
 * Runs a command line program of Node's in the exhibit's folder until it ends.
 *
 * @throws MachineProblem when it ends with an error.
 */
export async function runProgram({ bin, args, env, columns }: Program): Promise<Printed> {
  const child = startProgram({ bin, args, env, columns });
  const printed = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.err += text));
  const [code]: unknown[] = await once(child, "close");
  if (code === 0) return printed;
  const said = `${printed.out}\n${printed.err}`.trim().split("\n").slice(-5).join("\n");
  throw new MachineProblem(
    `${args.join(" ")} failed: ${said}`,
    "Run it again; if it stays so, report it with the output of npm run doctor.",
  );
}

/** Starts such a program. It ends with the run whose mark its environment carries. */
export function startProgram({ bin, args, env, columns }: Program) {
  // Without a terminal a program takes any width for granted.
  const width = `data:text/javascript,process.stdout.columns=${columns}`;
  return spawn(process.execPath, ["--import", width, bin, ...args], {
    cwd: EXHIBIT,
    env: { ...env, FORCE_COLOR: undefined, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
}
