import { HOSTS, type Step } from "./catalog.ts";
import { startDaemon } from "./stage/daemon.ts";
import { connectPm2, type Pm2 } from "./stage/pm2.ts";
import { connectRemotePm2 } from "./stage/remote-pm2.ts";
import type { Run } from "./stage/run.ts";

/** The pm2 of a session, one for each host of its step. Disposing it closes the connections. */
export interface SessionDaemons extends AsyncDisposable {
  pm2s: readonly Pm2[];
  /**
   * Those of another step that the session goes on to: what runs is used again, what is missing is
   * started. (A process can talk to one pm2 home only, so there is no starting anew.)
   *
   * @throws MachineProblem when pm2 cannot be started.
   */
  of: (step: Needs) => Promise<readonly Pm2[]>;
}

/** The folder of the first host's pm2 in the run. */
const HOME = "pm2";

type Needs = Pick<Step, "runs" | "hosts">;

/**
 * Starts the daemons that a step needs: none without pm2.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openDaemons(run: Run, step: Needs): Promise<SessionDaemons> {
  const opened = new Map<string, Promise<Pm2>>();
  const open = async (name: string) => {
    const home = await startDaemon(run, name);
    return name === HOME ? connectPm2(home) : connectRemotePm2(home);
  };
  const of = ({ runs, hosts }: Needs) => {
    const further = HOSTS.slice(1, hosts).map(({ name }) => `${HOME}-${name}`);
    const names = runs === "node" ? [] : [HOME, ...further];
    return Promise.all(
      names.map((name) => {
        const pm2 = opened.get(name) ?? open(name);
        opened.set(name, pm2);
        return pm2;
      }),
    );
  };
  return {
    pm2s: await of(step),
    of,
    async [Symbol.asyncDispose]() {
      const pm2s = await Promise.allSettled(opened.values());
      await Promise.all(
        pm2s.map((it) => it.status === "fulfilled" && it.value[Symbol.asyncDispose]()),
      );
    },
  };
}
