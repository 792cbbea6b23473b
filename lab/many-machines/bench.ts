/** `npm run bench:hosts`: ways to lead clients to several hosts, in one run. */
import { Command } from "commander";
import { explain } from "../../workshop/failure.ts";
import { onInterrupt } from "../../workshop/interrupt.ts";
import { openRun } from "../../workshop/stage/run.ts";
import { duration } from "../../workshop/text.ts";
import { describeMachine, saveResult } from "../relay/save.ts";
import { FULL, openHostsBench, QUICK } from "./measure.ts";
import { legendOf, tableOf } from "./table.ts";
import { variants, type Variant } from "./variants.ts";

const program = new Command("npm run bench:hosts --")
  .description(
    "Measures the app of step 9 on two hosts behind nginx, which leads clients to them in several " +
      "ways: the same app, the same clients, turn by turn.",
  )
  .option("--quick", "in a minute; the figures are rough")
  .option("--no-save", "keep nothing in lab/results/many-machines")
  .exitOverride()
  .action(bench);

async function bench({ quick, save }: { quick?: true; save: boolean }): Promise<void> {
  const startedAt = new Date();
  const plan = {
    ...(quick ? QUICK : FULL),
    workers: [1, 2],
    // All of them, in their order.
    variants: Object.keys(variants) as Variant[],
  };
  const machine = describeMachine();
  await using run = await openRun();
  using _ = onInterrupt(async () => run[Symbol.asyncDispose]());
  await using hosts = await openHostsBench(run);
  const blocks = await hosts.measure(plan, (what) => {
    console.error(`${duration(Date.now() - startedAt.getTime()).padStart(7)}  ${what}`);
  });
  const took = Date.now() - startedAt.getTime();
  const text = [
    `Node ${machine.versions.node}, ${machine.cores} × ${machine.cpu}, load ${machine.load.toFixed(1)}, ` +
      `${plan.rounds} rounds, ${duration(took)}`,
    legendOf(plan.variants),
    tableOf(blocks),
  ].join("\n\n");
  console.log(`\n${text}`);
  if (!save) return;
  const result = { lab: "many-machines", startedAt, took, machine, plan, blocks };
  const folder = saveResult("many-machines", startedAt, result, text);
  console.log(`\nAll samples: ${folder}/result.json`);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
process.exit();
