import type { Step } from "../../workshop/catalog.ts";
import type { App } from "../../workshop/stage/app.ts";
import type { Worker } from "../../workshop/stage/pm2.ts";
import { describeWorkers } from "./describe.ts";
import { must } from "./must.ts";

/**
 * The workers of an app that must be a cluster of as many as the step says.
 *
 * @throws NotYet when it is not.
 */
export async function requireCluster(app: App, step: Step): Promise<Worker[]> {
  const workers = await app.workers();
  const inCluster = workers.filter(({ mode, state }) => mode === "cluster" && state === "online");
  must(inCluster.length === step.workers && workers.length === step.workers, {
    expected: `${step.workers} workers online in cluster mode`,
    seen: describeWorkers(workers),
    look: { file: "ecosystem.config.cjs" },
    hint: workers.some(({ mode }) => mode === "fork")
      ? "pm2 forks unless it is told which exec_mode to use. Only workers of a cluster share a port."
      : 'instances says how many workers there are. "max" takes one for each core of this machine.',
  });
  return workers;
}
