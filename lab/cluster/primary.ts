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
import { setupPrimary } from "@socket.io/cluster-adapter";
import { setupMaster } from "@socket.io/sticky";
import { PRELOAD } from "../../workshop/stage/ecosystem.ts";
import { isReport, type TraceEvent } from "../../workshop/trace/events.ts";
import { answer, asker, type Ask } from "./calls.ts";
import type { Memory, WorkerAnswers, WorkerReport } from "./worker.ts";

const { HANDSHAKE, CARRIER, PORT, WORKERS, TRACED } = process.env;

cluster.schedulingPolicy = cluster.SCHED_RR;
cluster.setupPrimary({
  exec: fileURLToPath(new URL("worker.ts", import.meta.url)),
  execArgv: [...process.execArgv, ...(TRACED ? ["--import", PRELOAD] : [])],
  // Both hand bytes to the workers, which JSON would make something else of.
  serialization: HANDSHAKE === "sticky" || CARRIER === "cluster" ? "advanced" : "json",
});
if (CARRIER === "cluster") setupPrimary();

let asks: Ask<WorkerAnswers>[] = [];

const traced: TraceEvent[] = [];

async function startWorker(instance: number): Promise<Ask<WorkerAnswers>> {
  const worker = cluster.fork({ NODE_APP_INSTANCE: String(instance) });
  worker.process.once("exit", () => process.exit(1));
  worker.on("message", (message: unknown) => {
    if (isReport(message)) traced.push(message.data);
  });
  await readinessOf(worker);
  return asker<WorkerAnswers>(worker.process, `worker ${worker.id}`);
}

function readinessOf(worker: Worker): Promise<void> {
  return new Promise((ready) => {
    // Not one after the other by once(): two messages may come at once.
    worker.on("message", (message: unknown) => {
      if (typeof message === "object" && message !== null && "isReady" in message) ready();
    });
  });
}

const answers = {
  async start(): Promise<void> {
    asks = await Promise.all(Array.from({ length: Number(WORKERS) }, (_, at) => startWorker(at)));
    if (HANDSHAKE !== "sticky") return;
    const httpServer = createServer();
    setupMaster(httpServer, { loadBalancingMethod: "least-connection" });
    httpServer.listen(Number(PORT), "127.0.0.1");
    await once(httpServer, "listening");
  },
  report(): Promise<WorkerReport[]> {
    return Promise.all(asks.map((ask) => ask("report")));
  },
  memory(): Promise<Memory[]> {
    return Promise.all(asks.map((ask) => ask("memory")));
  },
  /** What the workers have traced since this was asked last. */
  traced(): TraceEvent[] {
    return traced.splice(0);
  },
};
export type PrimaryAnswers = typeof answers;

answer(answers);
