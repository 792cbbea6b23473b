/** `npm run lab`: the figures under every claim of the workshop. */
import { Command } from "commander";
import { explain } from "../workshop/failure.ts";
import { UsageProblem } from "../workshop/problems.ts";
import { columns } from "../workshop/text.ts";
import { experiments } from "./experiments.ts";
import type { Experiment } from "./frame/experiment.ts";
import { keepReport } from "./frame/keep.ts";
import { listText } from "./frame/list.ts";
import { runAll, runOne, type Wish } from "./frame/run.ts";

interface Options {
  quick?: true;
  resume?: true;
  keep?: true;
}

const program = new Command("npm run lab")
  .description("Measures what the workshop claims. Without a name it lists the experiments.")
  .argument("[name]", "an experiment, or `all`")
  .option("--quick", "for a classroom: about a minute each, and rough")
  .option("--resume", "go on with the latest run of it that has not come to its end")
  .option(
    "--keep",
    "copy the report to lab/reports/, which is committed; alone: that of the latest run",
  )
  .configureHelp({ commandUsage: () => "npm run lab [name] -- [options]" })
  .exitOverride()
  .action(lab);

async function lab(name: string | undefined, typed: Options): Promise<void> {
  if (name === undefined) {
    console.log(listText(experiments, columns()));
    return;
  }
  const given = (option: keyof Options) => typed[option] ?? isTakenByNpm(option);
  const [quick, resume, keep] = [given("quick"), given("resume"), given("keep")];
  const wish: Wish = { size: quick ? "quick" : "full", resume };
  if (name === "all") {
    await runAll(experiments, wish, { keep });
    return;
  }
  const experiment = find(name);
  if (!keep || quick || resume) await runOne(experiment, wish);
  if (keep) console.log(`Kept in ${keepReport(experiment)}`);
}

/** Without the `--` before it, npm takes an option for one of its own. */
function isTakenByNpm(option: string): boolean {
  return process.env[`npm_config_${option}`] === "true";
}

/** @throws UsageProblem for a name that no experiment has. */
function find(name: string): Experiment {
  const found = experiments.find((experiment) => experiment.name === name);
  if (found) return found;
  const names = experiments.map((experiment) => experiment.name).join(", ");
  throw new UsageProblem(`There is no experiment ${name}: there are ${names}, and all.`);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
process.exit();
