import { launchCluster } from "../cluster/cluster.ts";
import type { Experiment } from "../frame/experiment.ts";
import { openPool } from "../load/pool.ts";

/** The smallest experiment that is one: real workers, real clients, all parts of the frame. */
export const tiny: Experiment = {
  name: "tiny",
  title: "The tiny experiment",
  question: "Do clients connect to one worker, and to two?",
  measures: {
    connected: { title: "connected", show: "share" },
    connect: { title: "time to connected", unit: "ms", show: "median" },
  },
  figures: [
    {
      id: "connected",
      title: "Who connects",
      subtitle: "Share of clients.",
      measure: "connected",
      x: { by: "workers", title: "workers" },
      series: { by: "transports", order: ["polling", "websocket"] },
      y: { title: "connected at first try", scale: "share" },
    },
    {
      id: "time",
      title: "How long it takes",
      subtitle: "Median.",
      measure: "connect",
      x: { by: "workers", title: "workers" },
      series: { by: "transports", order: ["polling", "websocket"] },
      y: { title: "time", scale: "linear" },
    },
  ],
  notes: ["It is for tests."],
  design: () => ({
    rounds: 2,
    places: [{ workers: 1 }, { workers: 2 }],
    varied: ["workers 1, 2"],
    held: ["four clients, one by one"],
  }),
  async open({ run }) {
    const pool = await openPool(run, 1);
    return {
      async visit({ workers }, round) {
        await using cluster = await launchCluster(run, {
          name: `tiny-${workers}-${round}`,
          design: { handshake: "none", carrier: "none" },
          workers: Number(workers),
        });
        const kinds = ["polling", "websocket"];
        const found = [];
        for (const transports of kinds) {
          const options = { url: cluster.url, transports: [transports], count: 4, together: false };
          const arrivals = await pool.ask("arrive", options);
          const at = { workers: workers ?? 0, transports };
          const times = arrivals.map(({ connected }) => connected);
          found.push(
            { measure: "connected", at, samples: times.map((ms) => Number(ms !== undefined)) },
            { measure: "connect", at, samples: times.filter((ms) => ms !== undefined) },
          );
        }
        return found;
      },
      [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
    };
  },
};
