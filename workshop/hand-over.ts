import { spawn } from "node:child_process";
import { once } from "node:events";
import { typedFolder } from "./typed-path.ts";

/**
 * Runs a program in this one's place, in the same terminal, and gives its exit code. Ctrl-C is for the
 * program, which gets it from the terminal; one that ends by it has done what was wanted: 0.
 */
export async function handOver(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  // Where `npm run` was typed: paths on the command line mean what they say.
  const child = spawn(program, words, { cwd: typedFolder(), env, stdio: "inherit" });
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    const [code, signal]: unknown[] = await once(child, "exit");
    return typeof code === "number" ? code : signal === "SIGINT" ? 0 : 1;
  } finally {
    process.off("SIGINT", ignore);
  }
}
