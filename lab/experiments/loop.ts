import { openLoopBench } from "../../workshop/bench-loop.ts";
import { steps } from "../../workshop/catalog.ts";
import type { Bench, Experiment, Found, Session, Size } from "../frame/experiment.ts";

const STATES = { cold: "first save of a session", warm: "every save after it" };
const UNTIL = {
  firstLine: "until the first line of the verdict",
  quick: "until all is checked that breaks nothing",
  verdict: "until the whole verdict",
};

interface Amount {
  steps: readonly number[];
  rounds: number;
  /** Saves in each round, after the first. Those of step 8 alone take a minute each. */
  saves: number;
}
const AMOUNTS: Readonly<Record<Size, Amount>> = {
  quick: { steps: [1, 3, 4], rounds: 1, saves: 2 },
  full: { steps: steps.map(({ number }) => number), rounds: 2, saves: 2 },
};

/** The learner's own waiting time; what `npm run bench:loop` prints, as a figure. */
export const loop: Experiment = {
  name: "loop",
  title: "The learner's loop",
  question: "How long does somebody wait from a save until the verdict, step by step?",
  measures: { time: { title: "waiting time", unit: "ms", show: "median" } },
  figures: (["warm", "cold"] as const).map((state) => ({
    id: state,
    title: state === "warm" ? "From a save to the verdict" : "The first save of a session",
    subtitle: "Solutions. Median.",
    measure: "time",
    where: { state },
    x: { by: "step", title: "step" },
    series: { by: "until", order: Object.keys(UNTIL), labels: UNTIL },
    y: { title: "waiting time", scale: "log" as const },
  })),
  notes: [
    "A file of the solution is saved as an editor does, and judged as in a session: the checks' process, pm2 and Redis stay warm.",
    "Checks that break something on purpose come last: what they show takes as long as it takes (a worker that is frozen, a Redis that is away).",
    "Nothing else shall run on the machine meanwhile: these are times.",
  ],
  design: (size) => {
    const { steps: numbers, rounds, saves } = AMOUNTS[size];
    return {
      rounds,
      places: numbers.map((step) => ({ step })),
      varied: [`step ${numbers.join(", ")}`, `state: ${Object.values(STATES).join(", ")}`],
      held: [`the solution, ${saves} saves in each round after the first`],
    };
  },
  open,
};

async function open({ run, size }: Bench): Promise<Session> {
  const { saves, steps: numbers } = AMOUNTS[size];
  const measured = steps.filter(({ number }) => numbers.includes(number));
  const bench = await openLoopBench(run, measured);
  return {
    async visit(at) {
      const step = measured.find(({ number }) => number === at.step);
      if (!step) throw new Error(`There is no step ${at.step}.`);
      const { cold, warm } = await bench.measure(step, saves);
      return Object.keys(UNTIL).flatMap((until): Found[] => {
        // They are the names of what a sample has.
        const key = until as keyof typeof UNTIL;
        return [
          { measure: "time", at: { ...at, until, state: "cold" }, samples: [cold[key]] },
          {
            measure: "time",
            at: { ...at, until, state: "warm" },
            samples: warm.map((each) => each[key]),
          },
        ];
      });
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
