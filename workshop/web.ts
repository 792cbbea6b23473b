import { once } from "node:events";
import type { Step } from "./catalog.ts";
import { untilInterrupted } from "./interrupt.ts";
import { openUrl } from "./open-url.ts";
import { claimSession } from "./session-note.ts";
import { openTools } from "./session/tools.ts";
import { portFrom } from "./stage/ports.ts";
import { builtPage } from "./web/bundle.ts";
import { openWorkbench } from "./web/server.ts";
import { clonesToken } from "./web/token.ts";

/** Where the workbench is expected; while it is taken, it gets the next free port. */
const WORKBENCH_PORT = 4000;

export interface WorkbenchOptions {
  /** The step that the page opens with. */
  step: Step;
  port?: number | undefined;
  /** Whether the page is to be opened in the person's browser. */
  open: boolean;
}

/**
 * Serves the workbench until it is told to end: a page with all that a session in the terminal has,
 * and the traffic of the cluster made visible. One a clone, as sessions are.
 */
export async function runWorkbench(options: WorkbenchOptions): Promise<number> {
  await untilInterrupted(
    (ended) => serve(options, ended),
    () => console.log("\nThe workbench ends, with all that it has started."),
  );
  return 0;
}

async function serve({ step, port, open }: WorkbenchOptions, ended: AbortSignal): Promise<void> {
  using claim = await claimSession(step.number);
  const token = clonesToken();
  const [page, free] = await Promise.all([
    builtPage(() => console.log("Building the page; the next start does not need to.")),
    portFrom(port ?? WORKBENCH_PORT),
  ]);
  await using tools = await openTools(claim, ended);
  await using workbench = await openWorkbench({ page, tools, port: free, token });
  const address = `${workbench.url}?token=${token}#/${step.number}/read`;
  claim.update({ workbench: `${workbench.url}?token=${token}` });
  const wished = port ?? WORKBENCH_PORT;
  if (free !== wished) console.log(`Port ${wished} is taken.`);
  console.log(`The workbench  ${address}`);
  console.log("Ctrl-C ends it, and all that it has started.");
  if (open && hasBrowser(process.env)) void openUrl(address);
  if (!ended.aborted) await once(ended, "abort");
}

/** Whether there is a screen on which a browser could open. */
function hasBrowser({ CI, DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean {
  if (CI && CI !== "0" && CI !== "false") return false;
  return process.platform !== "linux" || Boolean(DISPLAY || WAYLAND_DISPLAY);
}
