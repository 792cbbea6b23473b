import { Inconclusive, MachineProblem, NotYet, UsageProblem } from "../problems.ts";

/** What a person is told of something that went wrong: one line, or the stack of a bug of ours. */
export function messageOf(error: unknown): string {
  if (error instanceof MachineProblem) return `${error.message}\nMend it: ${error.remedy}`;
  const isForReaders =
    error instanceof Inconclusive || error instanceof NotYet || error instanceof UsageProblem;
  if (isForReaders) return error.message;
  const stack = error instanceof Error ? error.stack : String(error);
  return `This is a bug in the workshop. Please report it with the output of npm run doctor.\n${stack}`;
}
