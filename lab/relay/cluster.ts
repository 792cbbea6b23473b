import { launchCluster, type Cluster as AnyCluster } from "../cluster/cluster.ts";
import type { Run } from "../../workshop/stage/run.ts";
import { designOf, type Variant } from "./variants.ts";

/** Workers of one variant that share a port. Disposing it ends them. */
export interface Cluster extends AnyCluster {
  variant: Variant;
}

/** Starts a cluster and waits until every worker listens. */
export async function startCluster(
  run: Run,
  variant: Variant,
  workers: number,
  { redisUrl, reference }: { redisUrl: string; reference?: string | undefined },
): Promise<Cluster> {
  const design = designOf(variant);
  const name = `${variant}-${workers}`;
  return { ...(await launchCluster(run, { name, design, workers, redisUrl, reference })), variant };
}
