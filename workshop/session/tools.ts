import type { Step } from "../catalog.ts";
import { RemoteChecker } from "../check/remote.ts";
import { openDaemons, type SessionDaemons } from "../session-daemons.ts";
import type { claimSession } from "../session-note.ts";
import type { Pm2 } from "../stage/pm2.ts";
import { openRun, type Run } from "../stage/run.ts";

/** What outlives a step of a session: a person may go on to the next one. */
export interface Tools extends AsyncDisposable {
  run: Run;
  checker: RemoteChecker;
  claim: ReturnType<typeof claimSession>;
  /** The pm2 of each host of a step; none in steps that run without. */
  pm2sOf: (step: Step) => Promise<readonly Pm2[]>;
  /** Aborted when the session is to end: then nothing is started any more. */
  ended: AbortSignal;
}

/** Opens a run, and a checker that is not started before it is needed. */
export async function openTools(claim: Tools["claim"], ended: AbortSignal): Promise<Tools> {
  const run = await openRun();
  const checker = new RemoteChecker();
  // Of all that runs it takes the longest to end in order.
  ended.addEventListener("abort", () => checker[Symbol.asyncDispose]().catch(() => {}));
  let daemons: Promise<SessionDaemons> | undefined;
  return {
    run,
    checker,
    claim,
    ended,
    async pm2sOf(step) {
      daemons ??= openDaemons(run, step);
      return (await daemons).of(step);
    },
    async [Symbol.asyncDispose]() {
      const opened = await daemons?.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
      await checker[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
    },
  };
}
