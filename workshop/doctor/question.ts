import { createInterface } from "node:readline";

/** Asks a person in the terminal. Only a typed yes is a yes; Ctrl-C ends this process. */
export function askYesNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    // Ctrl-D and Ctrl-C close it without an answer, in the middle of the line.
    terminal.once("close", () => {
      process.stdout.write("\n");
      resolve(false);
    });
    terminal.once("SIGINT", () => {
      terminal.close();
      process.kill(process.pid, "SIGINT");
    });
    terminal.question(`${question} (y/N) `, (answer) => {
      terminal.removeAllListeners("close").close();
      resolve(/^y(es)?$/i.test(answer.trim()));
    });
  });
}
