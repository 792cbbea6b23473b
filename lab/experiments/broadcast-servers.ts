import { freePort } from "../../workshop/stage/ports.ts";
import { startRedis } from "../../workshop/stage/redis.ts";
import type { Run } from "../../workshop/stage/run.ts";
import type { BareAnswers } from "../cluster/bare-ws.ts";
import { startChild } from "../cluster/child.ts";
import { launchCluster } from "../cluster/cluster.ts";
import { needsRedis, type Carrier } from "../cluster/designs.ts";
import { startCounter, type Tally } from "../relay/commands.ts";

/** Ways to bring a message to everybody: how many workers, and what carries it from one to another. */
const DESIGNS: Readonly<Record<string, { workers: number; carrier: Carrier }>> = {
  single: { workers: 1, carrier: "none" },
  "by hand": { workers: 4, carrier: "by hand" },
  adapter: { workers: 4, carrier: "adapter" },
  sharded: { workers: 4, carrier: "sharded" },
  streams: { workers: 4, carrier: "streams" },
  cluster: { workers: 4, carrier: "cluster" },
};
/** Whatever brings messages to clients. */
export interface Server extends AsyncDisposable {
  url: string;
  /** CPU time of its workers so far, in ms. */
  cpu: () => Promise<number>;
  tally: () => Promise<Tally | undefined>;
}

/** Starts the workers of a design. */
export async function startDesign(run: Run, name: string, key: string): Promise<Server> {
  const shape = DESIGNS[key];
  if (!shape) throw new Error(`There is no design ${key}.`);
  const design = { handshake: "none", carrier: shape.carrier } as const;
  const redis = needsRedis(design) ? await startRedis(run, `redis-${name}`) : undefined;
  const counter = redis && (await startCounter(redis.url));
  const { workers } = shape;
  const cluster = await launchCluster(run, { name, design, workers, redisUrl: redis?.url });
  return {
    url: cluster.url,
    cpu: async () => (await cluster.report()).reduce((sum, { cpu }) => sum + cpu, 0),
    tally: async () => counter?.tally(),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await counter?.[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
    },
  };
}

/** Starts the bare WebSocket server. */
export async function startBare(run: Run, name: string): Promise<Server> {
  const port = await freePort();
  const file = new URL("../cluster/bare-ws.ts", import.meta.url);
  const child = startChild<BareAnswers>(run, name, file, { PORT: String(port) });
  await child.ask("start");
  return {
    url: `ws://127.0.0.1:${port}`,
    cpu: async () => (await child.ask("report"))[0]?.cpu ?? NaN,
    tally: async () => undefined,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
