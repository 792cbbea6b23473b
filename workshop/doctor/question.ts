import { createInterface } from "node:readline";

/** Asks a person in the terminal. Only a typed yes is a yes; Ctrl-C ends this process. */
export function askYesNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    // Ctrl-D closes it without an answer.
    terminal.once("close", () => resolve(false));
    terminal.once("SIGINT", () => {
      terminal.close();
      process.kill(process.pid, "SIGINT");
    });
    terminal.question(`${question} (y/N) `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}
