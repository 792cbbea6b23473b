import { RemoteChecker } from "../check/remote.ts";
import { daemonsIn, type SessionDaemons } from "../session-daemons.ts";
import type { Claim } from "../session-note.ts";
import { openRun, type Run } from "../stage/run.ts";

/** What outlives a step of a session: a person may go on to the next one. */
export interface Tools extends AsyncDisposable {
  run: Run;
  checker: RemoteChecker;
  claim: Claim;
  /** The pm2 of each host of a step; none in steps that run without. */
  pm2sOf: SessionDaemons["of"];
  /** Aborted when the session is to end: then nothing is started any more. */
  ended: AbortSignal;
}

/** Opens a run, and a checker that is not started before it is needed. */
export async function openTools(claim: Claim, ended: AbortSignal): Promise<Tools> {
  const run = await openRun();
  const checker = new RemoteChecker();
  // Of all that runs it takes the longest to end in order.
  ended.addEventListener("abort", () => checker[Symbol.asyncDispose]().catch(() => {}));
  const daemons = daemonsIn(run);
  return {
    run,
    checker,
    claim,
    ended,
    pm2sOf: daemons.of,
    async [Symbol.asyncDispose]() {
      await daemons[Symbol.asyncDispose]();
      await checker[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
    },
  };
}
