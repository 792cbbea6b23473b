import type { Source, Step } from "./catalog.ts";
import { signs, words } from "./check/report.ts";
import { EXIT_CODES } from "./check/verdict.ts";
import { untilInterrupted } from "./interrupt.ts";
import { claimSession } from "./session-note.ts";
import { Desk, type DeskOptions } from "./session/desk.ts";
import { sit } from "./session/sit.ts";
import { tell } from "./session/tell.ts";
import { openTools } from "./session/tools.ts";
import { openView } from "./session/view.ts";
import { Lines } from "./terminal/lines.ts";
import { columns } from "./text.ts";

export interface SessionOptions {
  step: Step;
  source: Extract<Source, "work" | "solution">;
  /** Words only, one line after the other: for a screen reader. */
  plain?: boolean;
}

/**
 * Puts a person at a step: starts its app, shows what happens in it, checks it, and checks again
 * when a file is saved. Without a terminal it does all that once. Gives the exit code: that of the
 * last verdict without a terminal, 0 with one.
 */
export async function runSession(options: SessionOptions): Promise<number> {
  const plain = options.plain || isPlain(process.env);
  return untilInterrupted((ended) => work({ ...options, plain }, ended));
}

async function work(options: SessionOptions, ended: AbortSignal): Promise<number> {
  const { step, source, plain = false } = options;
  const { stdin, stdout } = process;
  using claim = await claimSession(step.number);
  if (!stdin.isTTY || !stdout.isTTY) {
    await using tools = await openTools(claim, ended);
    return await workOnce({ step, source, tools }, plain);
  }
  using view = openView({ input: stdin, output: stdout, plain });
  ended.addEventListener("abort", () => view[Symbol.dispose]());
  await using tools = await openTools(claim, ended);
  let next: Step | undefined = step;
  while (next) next = await sit(view, { step: next, source, tools });
  return 0;
}

/** Without a terminal: the app starts, the checks run, and that is it. */
async function workOnce(options: DeskOptions, plain: boolean): Promise<number> {
  using display = new Lines({ write: (text) => process.stdout.write(text), width: columns, plain });
  await using desk = new Desk(options);
  tell(desk, display, { style: plain ? words : signs, hasKeys: false });
  await desk.open();
  const judgement = await desk.workOnce();
  return EXIT_CODES[judgement?.verdict ?? "inconclusive"];
}

/** What says that nobody looks at a screen here, or that it can only print. */
function isPlain({ WORKSHOP_PLAIN, CI, TERM }: NodeJS.ProcessEnv): boolean {
  const isSet = (value: string | undefined) => value && value !== "0" && value !== "false";
  return Boolean(isSet(WORKSHOP_PLAIN) || isSet(CI) || TERM === "dumb");
}
