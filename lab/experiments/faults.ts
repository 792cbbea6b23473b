import { setTimeout as sleep } from "node:timers/promises";
import type { AblationCell } from "../../checks/ablation/cells.ts";
import { openAblationStage, type Parts } from "../../checks/ablation/stage.ts";
import { eventually } from "../../workshop/stage/until.ts";
import type { Bench, Experiment, Found, Place, Session, Size } from "../frame/experiment.ts";
import type { Figure } from "../frame/figure.ts";
import { judge } from "../load/lag.ts";
import { cellOf } from "./cells.ts";
import { openPool, type Pool } from "../load/pool.ts";
import { LATE } from "../load/timeline.ts";

const FAULTS = {
  kill: "a worker is killed",
  reload: "pm2 reload",
  freeze: "a worker freezes for 4 s",
  redis: "Redis is away for 3 s",
};
type Fault = keyof typeof FAULTS;
const NAMES = {
  adapter: "adapter, WebSocket only (step 6)",
  sticky: "adapter, sticky sessions",
  relay: "adapter, relay (step 7)",
  history: "stream, relay (step 8)",
};
type DesignName = keyof typeof NAMES;

/** The code of each design: that of the ablation, and of the step that keeps what was said. */
const CELLS: Readonly<Record<DesignName, AblationCell>> = {
  adapter: cellOf("WebSocket only", "Redis"),
  sticky: cellOf("sticky", "Redis"),
  relay: cellOf("relay", "Redis"),
  history: { ...cellOf("relay", "Redis"), on: 8 },
};

interface Amount {
  faults: readonly Fault[];
  rounds: number;
  people: number;
}
const AMOUNTS: Readonly<Record<Size, Amount>> = {
  quick: { faults: ["kill", "redis"], rounds: 1, people: 8 },
  full: { faults: ["kill", "reload", "freeze", "redis"], rounds: 5, people: 12 },
};

/** How long people talk before a fault, and until they have felt it, in ms: that is what this is about. */
const BEFORE = 500;
const AFTER = 1_000;
const FROZEN = 4_000;
const AWAY = 3_000;
/** How long it may take until everybody is answered again, and until all is heard, in ms. */
const BACK_WITHIN = 40_000;
const HEARD_WITHIN = 5_000;
/** When nobody has heard anything for so long, all is heard, in ms. */
const QUIET_FOR = 700;
const ONLINE_WITHIN = 20_000;

/** What a fault costs, with each way to share sessions and messages. */
export const faults: Experiment = {
  name: "faults",
  title: "Under faults",
  question:
    "When a worker dies, freezes or is reloaded, or Redis goes away: how long until the last client that it hits is served again, and what is lost?",
  measures: {
    back: {
      title: "until the last client is served again",
      unit: "ms",
      show: "median",
      isTimed: true,
    },
    hit: { title: "clients that were hit", unit: "%", show: "mean" },
    lost: { title: "deliveries lost", unit: "%", show: "mean" },
    doubled: { title: "deliveries doubled", unit: "%", show: "mean" },
  },
  figures: [
    figureOf(
      "back",
      "Until the last client is served again",
      "From the fault on; 0 where it hits nobody. Median",
      "time",
    ),
    figureOf("hit", "Whom it hits", "Of all clients, for however short a time. Mean", "hit"),
    figureOf("lost", "What was acknowledged and not heard", "Mean", "lost"),
    figureOf("doubled", "What was heard twice", "Mean", "doubled"),
  ],
  notes: [
    "Everybody says something five times a second and should hear what all say. Lost and doubled: of acknowledged messages, times people.",
    `Served again: from the fault until the first acknowledgement after the last trouble that a client has had since; of all clients the longest. Trouble is a lost connection, and something said that was refused, lost, or acknowledged after more than ${LATE / 1000} s. Clients without trouble were not hit and do not count; where all were spared, it is 0.`,
    "A reload begins with the order to pm2 and takes the workers one after the other; a freeze and a Redis that is away begin at once. So the time of these three holds the fault itself.",
    "Clients of the stream say a message again until it is kept, and name what they have heard last; the others say it once.",
    "Each app runs under pm2, four workers, with a Redis of its own; sticky sessions are nginx with a cookie before four ports.",
  ],
  design: (size) => {
    const { faults: all, rounds, people } = AMOUNTS[size];
    return {
      rounds,
      places: all.flatMap((fault) => Object.keys(NAMES).map((design) => ({ design, fault }))),
      varied: [
        `fault: ${all.map((fault) => FAULTS[fault]).join(", ")}`,
        `design: ${Object.values(NAMES).join(", ")}`,
      ],
      held: [`${people} people from one process`, "four workers under pm2"],
    };
  },
  open,
};

function figureOf(measure: string, title: string, show: string, axis: string): Figure {
  return {
    id: measure,
    title,
    subtitle: `${show}.`,
    measure,
    series: { by: "design", order: Object.keys(NAMES), labels: NAMES },
    panels: { by: "fault", order: Object.keys(FAULTS), labels: FAULTS },
    y: { title: axis, scale: "linear" },
  };
}

async function open({ run, size }: Bench): Promise<Session> {
  const { people } = AMOUNTS[size];
  const stage = await openAblationStage(run);
  const pool = await openPool(run, 1);
  return {
    visit(at) {
      const design = at.design as DesignName;
      return stage.play(CELLS[design], (url, parts) => measure(pool, url, parts, at, people));
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
    },
  };
}

async function measure(
  pool: Pool,
  url: string,
  parts: Parts,
  at: Place,
  count: number,
): Promise<Found[]> {
  const transports = at.design === "adapter" ? ["websocket"] : ["polling", "websocket"];
  await pool.ask("gather", { url, transports, count, keeps: at.design === "history" });
  await eventually(() => pool.ask("isThere"), Boolean, BACK_WITHIN);
  await pool.ask("forget");
  await sleep(BEFORE);
  const { lag } = await pool.timed(async () => {
    await strike(at.fault as Fault, parts, () => pool.ask("strike"));
    await sleep(AFTER);
    await pool.ask("over");
    await eventually(() => pool.ask("isBack"), Boolean, BACK_WITHIN);
  });
  await pool.ask("settle");
  await quiet(pool);
  await allOnline(parts);
  const { expected, lost, doubled, hit, back } = await pool.ask("disperse");
  return [
    { measure: "back", at, samples: [back], within: BACK_WITHIN, ...judge(lag) },
    { measure: "hit", at, samples: [(hit / count) * 100] },
    { measure: "lost", at, samples: [(lost / expected) * 100] },
    { measure: "doubled", at, samples: [(doubled / expected) * 100] },
  ];
}

/** Waits until nobody hears anything any more. */
async function quiet(pool: Pool): Promise<void> {
  let before = -1;
  let since = performance.now();
  await eventually(
    async () => {
      const now = await pool.ask("heardSoFar");
      if (now !== before) since = performance.now();
      before = now;
      return performance.now() - since;
    },
    (still) => still > QUIET_FOR,
    HEARD_WITHIN,
  );
}

/** Waits until pm2 has brought back whom the fault has taken: then all can be taken down in order. */
async function allOnline({ pm2, name }: Parts): Promise<void> {
  await eventually(
    () => pm2.workers(name),
    (workers) => workers.every(({ state }) => state === "online"),
    ONLINE_WITHIN,
  );
}

/** Does the fault, and takes it back where it ends by itself; tells right before it begins. */
async function strike(
  fault: Fault,
  { pm2, name, redis }: Parts,
  tell: () => Promise<void>,
): Promise<void> {
  const [victim] = await pm2.workers(name);
  if (!victim) throw new Error(`${name} has no worker.`);
  await tell();
  switch (fault) {
    case "kill":
      process.kill(victim.pid, "SIGKILL");
      return;
    case "reload":
      await pm2.reload(name);
      return;
    case "freeze":
      process.kill(victim.pid, "SIGSTOP");
      await sleep(FROZEN);
      process.kill(victim.pid, "SIGCONT");
      return;
    case "redis":
      await redis?.kill();
      await sleep(AWAY);
      await redis?.start();
      return;
  }
}
