import type { Experiment } from "../frame/experiment.ts";
import type { RunInfo } from "../frame/store.ts";

/** What is known of a quick run of an experiment, on no machine in particular. */
export function runInfoOf(experiment: Experiment): RunInfo {
  return {
    experiment: experiment.name,
    size: "quick",
    command: `npm run lab ${experiment.name} -- --quick`,
    startedAt: new Date().toISOString(),
    took: 0,
    seed: 1,
    machine: { system: "", cpu: "", cores: 2, memory: 2 ** 30, versions: {} },
    commit: { hash: "", changed: 0 },
    load: [],
    ...experiment.design("quick"),
  };
}
