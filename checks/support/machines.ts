import { join } from "node:path";
import { HOSTS } from "../../workshop/catalog.ts";
import { daemonPid, startDaemon } from "../../workshop/stage/daemon.ts";
import type { Pm2 } from "../../workshop/stage/pm2.ts";
import { isAlive } from "../../workshop/stage/processes.mjs";
import { connectRemotePm2 } from "../../workshop/stage/remote-pm2.ts";
import { joinRun } from "../../workshop/stage/run.ts";
import type { Stage } from "../../workshop/stage/stage.ts";

/** A pm2 for each host of an app. */
export interface Machines extends AsyncDisposable {
  pm2s: readonly Promise<Pm2>[];
}

/**
 * Those of the first app of a file. Their daemons are kept for as long as the stage is, unless they
 * are killed; disposing them ends those that cannot be used again.
 *
 * @param first the stage's own
 */
export function warmMachines(stage: Stage, first: Promise<Pm2>, count: number): Machines {
  const others = namesOf("pm2", count)
    .slice(1)
    .map((name) => open(stage, name));
  return {
    pm2s: [first, ...others],
    async [Symbol.asyncDispose]() {
      const all = await opened(others);
      await Promise.all(all.map((pm2) => pm2.isTainted() && pm2.end()));
      await close(all);
    },
  };
}

/**
 * Those of further apps, which a check may kill while the first app runs on. Each app has daemons of
 * its own; what talks to them is kept for the next app.
 */
export class MachinePool implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #count: number;
  readonly #idle: Pm2[][] = [];
  #opened = 0;

  constructor(stage: Stage, count: number) {
    this.#stage = stage;
    this.#count = count;
  }

  /** Disposing what it gives kills all that runs there. */
  take(): Machines {
    const { env } = joinRun(this.#stage.folder);
    const again = this.#idle.pop();
    const pm2s = again
      ? again.map((pm2) => pm2.reset(env).then(() => pm2))
      : namesOf(`further${(this.#opened += 1)}`, this.#count).map((name) =>
          open(this.#stage, name),
        );
    return {
      pm2s,
      [Symbol.asyncDispose]: async () => {
        const used = await opened(pm2s);
        await Promise.all(used.map((pm2) => pm2.end()));
        if (used.length === this.#count) this.#idle.push(used);
        else await close(used);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.#idle.flat());
  }
}

function namesOf(base: string, count: number): string[] {
  return HOSTS.slice(0, count).map(({ name }) => `${base}-${name}`);
}

async function open(stage: Stage, name: string): Promise<Pm2> {
  const home = join(stage.folder, name);
  if (!isAlive(daemonPid(home))) await startDaemon(joinRun(stage.folder), name);
  return await connectRemotePm2(home);
}

async function opened(pm2s: readonly Promise<Pm2>[]): Promise<Pm2[]> {
  const settled = await Promise.allSettled(pm2s);
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

async function close(pm2s: readonly Pm2[]): Promise<void> {
  await Promise.all(pm2s.map((pm2) => pm2[Symbol.asyncDispose]()));
}
