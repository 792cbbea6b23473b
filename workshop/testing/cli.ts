import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../catalog.ts";
import { cleanEnvironment } from "../stage/environment.ts";

const CLI = join(root, "workshop", "cli.ts");

export interface CliResult {
  code: number | null;
  /** Both streams in the order of their arrival, without colours. */
  output: string;
}

/** Runs one command of the workshop as `npm run` does, without a terminal. */
export async function runCli(words: string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const cli = spawn(process.execPath, ["--import", "tsx", CLI, ...words], {
    cwd: root,
    env: { ...cleanEnvironment(), NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [cli.stdout, cli.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const [code]: unknown[] = await once(cli, "close");
  return { code: typeof code === "number" ? code : null, output };
}
