import { freePort } from "../../workshop/stage/ports.ts";
import type { Run } from "../../workshop/stage/run.ts";
import { startChild } from "./child.ts";
import type { PrimaryAnswers } from "./primary.ts";
import type { Variant } from "./variants.ts";
import type { WorkerReport } from "./worker.ts";

/** Workers of one variant that share a port. Disposing it ends them. */
export interface Cluster extends AsyncDisposable {
  variant: Variant;
  workers: number;
  url: string;
  report: () => Promise<WorkerReport[]>;
}

/** Starts a cluster and waits until every worker listens. */
export async function startCluster(
  run: Run,
  variant: Variant,
  workers: number,
  { redisUrl, reference = "" }: { redisUrl: string; reference?: string | undefined },
): Promise<Cluster> {
  const port = await freePort();
  const name = `${variant}-${workers}`;
  const child = startChild<PrimaryAnswers>(run, name, "primary.ts", {
    VARIANT: variant,
    PORT: String(port),
    WORKERS: String(workers),
    REDIS_URL: redisUrl,
    REDIS_PREFIX: `bench:${name}`,
    REFERENCE: reference,
  });
  const cluster = {
    variant,
    workers,
    url: `http://127.0.0.1:${port}`,
    report: () => child.ask("report"),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
  try {
    await child.ask("start");
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
