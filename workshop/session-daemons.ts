import { HOSTS, type Step } from "./catalog.ts";
import { startDaemon } from "./stage/daemon.ts";
import { connectPm2, type Pm2 } from "./stage/pm2.ts";
import { connectRemotePm2 } from "./stage/remote-pm2.ts";
import type { Run } from "./stage/run.ts";

/** The pm2 of a session, one for each host of its step. Disposing it closes the connections. */
export interface SessionDaemons extends AsyncDisposable {
  pm2s: readonly Pm2[];
}

/**
 * Starts the daemons that a step needs: none without pm2.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openDaemons(
  run: Run,
  { runs, hosts }: Pick<Step, "runs" | "hosts">,
): Promise<SessionDaemons> {
  const further = HOSTS.slice(1, hosts).map(({ name }) => `pm2-${name}`);
  const names = runs === "node" ? [] : ["pm2", ...further];
  const pm2s = await Promise.all(
    names.map(async (name, at) => {
      const home = await startDaemon(run, name);
      return at === 0 ? connectPm2(home) : connectRemotePm2(home);
    }),
  );
  return {
    pm2s,
    async [Symbol.asyncDispose]() {
      await Promise.all(pm2s.map((pm2) => pm2[Symbol.asyncDispose]()));
    },
  };
}
