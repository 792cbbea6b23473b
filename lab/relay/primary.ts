/**
 * The primary process of a cluster that is measured: it forks the workers, which share one port.
 *
 * Real processes behind Node's own round robin, as under pm2, whose daemon is a primary of the same
 * `node:cluster`. It is one of ours, because a bench needs nothing else of pm2, several clusters must
 * stand side by side, and pm2's daemon looks after its workers all the time, on the same cores.
 */
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { setupMaster } from "@socket.io/sticky";
import { answer, asker, type Ask } from "./calls.ts";
import type { WorkerAnswers, WorkerReport } from "./worker.ts";

const { VARIANT, PORT, WORKERS } = process.env;

cluster.schedulingPolicy = cluster.SCHED_RR;
cluster.setupPrimary({
  exec: fileURLToPath(new URL("worker.ts", import.meta.url)),
  execArgv: process.execArgv,
  // Sticky hands chunks of bytes to the workers, which JSON would make something else of.
  serialization: VARIANT === "sticky" ? "advanced" : "json",
});

let asks: Ask<WorkerAnswers>[] = [];

async function startWorker(): Promise<Ask<WorkerAnswers>> {
  const worker = cluster.fork();
  worker.process.once("exit", () => process.exit(1));
  await readinessOf(worker);
  return asker<WorkerAnswers>(worker.process, `worker ${worker.id}`);
}

async function readinessOf(worker: Worker): Promise<void> {
  for (;;) {
    const [message] = await once(worker, "message");
    if (typeof message === "object" && "isReady" in message) return;
  }
}

const answers = {
  async start(): Promise<void> {
    asks = await Promise.all(Array.from({ length: Number(WORKERS) }, startWorker));
    if (VARIANT !== "sticky") return;
    const httpServer = createServer();
    setupMaster(httpServer, { loadBalancingMethod: "least-connection" });
    httpServer.listen(Number(PORT), "127.0.0.1");
    await once(httpServer, "listening");
  },
  report(): Promise<WorkerReport[]> {
    return Promise.all(asks.map((ask) => ask("report")));
  },
};
export type PrimaryAnswers = typeof answers;

answer(answers);
