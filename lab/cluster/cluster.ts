import { freePort } from "../../workshop/stage/ports.ts";
import type { Run } from "../../workshop/stage/run.ts";
import { Trace } from "../../workshop/trace/collector.ts";
import { startChild } from "./child.ts";
import type { Design } from "./designs.ts";
import type { PrimaryAnswers } from "./primary.ts";
import type { Memory, WorkerReport } from "./worker.ts";

/** Workers of one design that share a port. Disposing it ends them. */
export interface Cluster extends AsyncDisposable {
  design: Design;
  workers: number;
  url: string;
  report: () => Promise<WorkerReport[]>;
  /** What each worker holds once what nobody needs is collected. */
  memory: () => Promise<Memory[]>;
  /** What its workers have traced since it was asked last; nothing where it is not traced. */
  trace: () => Promise<Trace>;
}

export interface ClusterLaunch {
  /** For its logs and its channels. */
  name: string;
  design: Design;
  workers: number;
  redisUrl?: string | undefined;
  /** The module of the reference engine, where the design is that. */
  reference?: string | undefined;
  /** Whether its workers load the workshop's trace: which request met whom. */
  isTraced?: boolean;
}

/** Starts a cluster and waits until every worker listens. */
export async function launchCluster(run: Run, launch: ClusterLaunch): Promise<Cluster> {
  const { name, design, workers, redisUrl = "", reference = "", isTraced = false } = launch;
  const port = await freePort();
  const child = startChild<PrimaryAnswers>(run, name, new URL("primary.ts", import.meta.url), {
    HANDSHAKE: design.handshake,
    CARRIER: design.carrier,
    TRANSPORTS: (design.transports ?? ["polling", "websocket"]).join(","),
    PORT: String(port),
    WORKERS: String(workers),
    REDIS_URL: redisUrl,
    REDIS_PREFIX: `bench:${name}`,
    REFERENCE: reference,
    TRACED: isTraced ? "yes" : "",
  });
  const trace = new Trace();
  const cluster: Cluster = {
    design,
    workers,
    url: `http://127.0.0.1:${port}`,
    report: () => child.ask("report"),
    memory: () => child.ask("memory"),
    async trace() {
      for (const event of await child.ask("traced")) trace.add(event);
      return trace;
    },
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
