import { setTimeout as sleep } from "node:timers/promises";
import { ablation, type AblationCell } from "../../checks/ablation/cells.ts";
import { openAblationStage, type Parts } from "../../checks/ablation/stage.ts";
import { eventually } from "../../workshop/stage/until.ts";
import type { Bench, Experiment, Found, Place, Session, Size } from "../frame/experiment.ts";
import type { Figure } from "../frame/figure.ts";
import { openPool, type Pool } from "../load/pool.ts";

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
  adapter: cellOf("WebSocket only"),
  sticky: cellOf("sticky"),
  relay: cellOf("relay"),
  history: { ...cellOf("relay"), on: 8 },
};

function cellOf(handshake: AblationCell["handshake"]): AblationCell {
  const found = ablation.find((cell) => cell.handshake === handshake && cell.adapter === "Redis");
  if (!found) throw new Error(`The ablation has no cell for ${handshake}.`);
  return found;
}

interface Amount {
  faults: readonly Fault[];
  rounds: number;
  people: number;
}
const AMOUNTS: Readonly<Record<Size, Amount>> = {
  quick: { faults: ["kill", "redis"], rounds: 1, people: 8 },
  full: { faults: ["kill", "reload", "freeze", "redis"], rounds: 5, people: 12 },
};

/** How long people talk before a fault, and after it, in ms: that is what this is about. */
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
    "When a worker dies, freezes or is reloaded, or Redis goes away: how long until the last client is answered again, and what is lost?",
  measures: {
    back: { title: "until the last client is answered again", unit: "ms", show: "median" },
    lost: { title: "deliveries lost", unit: "%", show: "mean" },
    doubled: { title: "deliveries doubled", unit: "%", show: "mean" },
  },
  figures: [
    figureOf("back", "Until the last client is answered again", "Median", "time", "log"),
    figureOf("lost", "What was acknowledged and not heard", "Mean", "lost", "linear"),
    figureOf("doubled", "What was heard twice", "Mean", "doubled", "linear"),
  ],
  notes: [
    "Everybody says something five times a second and should hear what all say. Lost and doubled: of acknowledged messages, times people.",
    "Answered again: from the fault until every client was acknowledged something that it has said after it. For whom the fault is nothing, that is the time between two messages.",
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

function figureOf(
  measure: string,
  title: string,
  show: string,
  axis: string,
  scale: "linear" | "log",
): Figure {
  return {
    id: measure,
    title,
    subtitle: `${show}; bars: 95 % intervals (bootstrap).`,
    measure,
    series: { by: "design", order: Object.keys(NAMES), labels: NAMES },
    panels: { by: "fault", order: Object.keys(FAULTS), labels: FAULTS },
    y: { title: axis, scale },
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
  // Everybody is there when everybody has been answered.
  await pool.ask("mark");
  await isBack(pool);
  await pool.ask("forget");
  await sleep(BEFORE);
  await pool.ask("mark");
  await strike(at.fault as Fault, parts);
  await sleep(AFTER);
  await isBack(pool);
  await pool.ask("settle");
  await quiet(pool);
  await allOnline(parts);
  const { expected, lost, doubled, back } = await pool.ask("disperse");
  return [
    { measure: "back", at, samples: [back] },
    { measure: "lost", at, samples: [(lost / expected) * 100] },
    { measure: "doubled", at, samples: [(doubled / expected) * 100] },
  ];
}

async function isBack(pool: Pool): Promise<void> {
  await eventually(() => pool.ask("isBack"), Boolean, BACK_WITHIN);
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

/** Does the fault, and takes it back where it ends by itself. */
async function strike(fault: Fault, { pm2, name, redis }: Parts): Promise<void> {
  const [victim] = await pm2.workers(name);
  if (!victim) throw new Error(`${name} has no worker.`);
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
