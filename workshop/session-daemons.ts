import { HOSTS, type Step } from "./catalog.ts";
import { endDaemon, startDaemon } from "./stage/daemon.ts";
import { connectPm2, type Pm2 } from "./stage/pm2.ts";
import { connectRemotePm2 } from "./stage/remote-pm2.ts";
import type { Run } from "./stage/run.ts";

/** The pm2 daemons of a session, one for each host. Disposing it closes the connections. */
export interface SessionDaemons extends AsyncDisposable {
  /**
   * Those that a step needs, one for each of its hosts, none without pm2. What runs is used again, what
   * is missing is started. (A process can talk to one pm2 home only, so there is no starting anew.)
   *
   * @throws MachineProblem when pm2 cannot be started; whoever asks again tries again.
   */
  of: (step: Needs) => Promise<readonly Pm2[]>;
}

/** The folder of the first host's pm2 in the run. */
const HOME = "pm2";

type Needs = Pick<Step, "runs" | "hosts">;

/** Daemons in this run; none is started before a step needs it. */
export function daemonsIn(run: Run): SessionDaemons {
  const opened = new Map<string, Promise<Pm2>>();
  const open = (name: string) => {
    const pm2 = opened.get(name) ?? startPm2(run, name);
    opened.set(name, pm2);
    pm2.catch(() => opened.delete(name));
    return pm2;
  };
  return {
    async of({ runs, hosts }) {
      const further = HOSTS.slice(1, hosts).map(({ name }) => `${HOME}-${name}`);
      return Promise.all(runs === "node" ? [] : [HOME, ...further].map(open));
    },
    async [Symbol.asyncDispose]() {
      const pm2s = await Promise.allSettled(opened.values());
      await Promise.all(
        pm2s.map((it) => it.status === "fulfilled" && it.value[Symbol.asyncDispose]()),
      );
    },
  };
}

async function startPm2(run: Run, name: string): Promise<Pm2> {
  const home = await startDaemon(run, name);
  try {
    return await (name === HOME ? connectPm2(home) : connectRemotePm2(home));
  } catch (error) {
    // Whoever tries again would start another one beside it.
    await endDaemon(home).catch(() => {});
    throw error;
  }
}

/**
 * The same with those of one step, which are started at once.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function openDaemons(
  run: Run,
  step: Needs,
): Promise<SessionDaemons & { pm2s: readonly Pm2[] }> {
  const daemons = daemonsIn(run);
  try {
    return { ...daemons, pm2s: await daemons.of(step) };
  } catch (error) {
    await daemons[Symbol.asyncDispose]();
    throw error;
  }
}
