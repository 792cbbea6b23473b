/**
 * The failures that a reader is meant to see. Anything else that is thrown is a bug of the workshop
 * and keeps its stack trace.
 */

/** What a person needs to know when their code does not do what must hold. */
export interface Finding {
  /** What must hold: "4 workers online in cluster mode". */
  expected: string;
  /** What was seen instead, with its evidence; further lines are allowed. */
  seen: string;
  /** The file to look at, relative to the learner's folder, with the line or the TODO in it. */
  look?: { file: string; line?: number; todo?: string } | undefined;
  /** One sentence that helps, chosen by what was seen. */
  hint?: string | undefined;
  /** True when nothing else can be checked before this is mended (the app does not start). */
  blocks?: boolean | undefined;
}

/**
 * The learner's code does not do yet what must hold. A plain object as `finding`, since the error
 * travels from the check's process to the runner's.
 */
export class NotYet extends Error {
  override readonly name = "NotYet";
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(`Expected ${finding.expected}. Saw ${finding.seen}.`);
    this.finding = finding;
  }
}

/** The machine lacks or refuses something; the learner's code was not judged. */
export class MachineProblem extends Error {
  override readonly name = "MachineProblem";
  /** The command or the act that mends it. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** Another program has the port that something of ours was given. */
export class PortTaken extends MachineProblem {
  constructor(port: number) {
    super(`Port ${port} has been taken by another program.`, "Run it again: it gets another port.");
  }
}

/** The check ran out of time because the machine was busy; the learner's code was not judged. */
export class Inconclusive extends Error {
  override readonly name = "Inconclusive";
}

/** The command line was not understood: one line, exit code 2. */
export class UsageProblem extends Error {
  override readonly name = "UsageProblem";
}

/** What has been thrown, as one process tells it another. */
export interface ToldProblem {
  message: string;
  /** Where it happened. */
  stack?: string | undefined;
  /** What mends it; there when it is the machine's. */
  remedy?: string | undefined;
}

export function toldOf(error: unknown): ToldProblem {
  if (error instanceof MachineProblem) return { message: error.message, remedy: error.remedy };
  if (error instanceof Error) return { message: error.message, stack: error.stack };
  return { message: String(error) };
}

/** What has been told of, to be thrown here. */
export function problemOf({ message, stack, remedy }: ToldProblem): Error {
  if (remedy !== undefined) return new MachineProblem(message, remedy);
  return Object.assign(new Error(message), stack === undefined ? {} : { stack });
}
