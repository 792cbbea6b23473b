import { inspect } from "node:util";
import { CommanderError } from "commander";
import { EXIT_CODES, USAGE } from "./check/verdict.ts";
import { Inconclusive, MachineProblem, NotYet, UsageProblem } from "./problems.ts";

/** What a person is told of something that went wrong: one line, or the stack of a bug of ours. */
export function messageOf(error: unknown): string {
  if (error instanceof MachineProblem) return `${error.message}\nMend it: ${error.remedy}`;
  const isForReaders =
    error instanceof Inconclusive || error instanceof NotYet || error instanceof UsageProblem;
  if (isForReaders) return error.message;
  return `This is a bug in the workshop. Please report it with the output of npm run doctor.\n${inspect(error)}`;
}

/** The exit code of a command that has ended by this; that of a bug is "inconclusive". */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof UsageProblem) return USAGE;
  if (error instanceof MachineProblem) return EXIT_CODES["your machine"];
  if (error instanceof NotYet) return EXIT_CODES["not yet"];
  return EXIT_CODES.inconclusive;
}

/** Says what a command has ended by, unless Commander has said it, and gives the exit code. */
export function explain(error: unknown): number {
  if (!(error instanceof CommanderError)) console.error(messageOf(error));
  return exitCodeOf(error);
}
