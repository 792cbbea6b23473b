import { wrap } from "../../workshop/text.ts";
import type { Experiment } from "./experiment.ts";
import { runsOf } from "./store.ts";

/** The experiments, what each asks, and how to run one. */
export function listText(experiments: readonly Experiment[], width: number): string {
  const names = Math.max(...experiments.map(({ name }) => name.length));
  const rows = experiments.flatMap(({ name, question }) => {
    const runs = runsOf(name).length;
    const made = runs === 0 ? "" : ` (${runs} ${runs === 1 ? "result" : "results"} so far)`;
    const lines = wrap(question + made, Math.min(width, 100) - names - 4);
    return lines.map((line, at) => `  ${(at === 0 ? name : "").padEnd(names)}  ${line}`);
  });
  return [
    "Experiments:",
    "",
    ...rows,
    "",
    `npm run lab ${experiments[0]?.name ?? "NAME"} -- --quick   about a minute, rough`,
    `npm run lab ${experiments[0]?.name ?? "NAME"}              in full, on a machine that does nothing else`,
    "npm run lab all                    one after the other; -- --resume goes on after a break",
    "",
    "Results go to lab/results/. npm run lab -- --help says more.",
  ].join("\n");
}
