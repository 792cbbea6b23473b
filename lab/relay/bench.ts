/** `npm run bench:relay`: the relay beside other ways, in one run. */
import { Command, InvalidArgumentError } from "commander";
import { explain } from "../../workshop/failure.ts";
import { onInterrupt } from "../../workshop/interrupt.ts";
import { openRun } from "../../workshop/stage/run.ts";
import { duration } from "../../workshop/text.ts";
import { FULL, measureRelay, QUICK } from "./measure.ts";
import { describeMachine, saveResult } from "./save.ts";
import { legendOf, tableOf, targetList } from "./table.ts";
import { judge } from "./targets.ts";
import { findReference, variants, type Variant } from "./variants.ts";

/** More processes than that say nothing on any machine that this is run on. */
const MOST_WORKERS = 16;

interface Options {
  workers?: number[];
  quick?: true;
  rounds?: number;
  reference?: string;
  save: boolean;
}

const program = new Command("npm run bench:relay --")
  .description(
    "Measures the relay of step 7 beside one process, the reference, sticky sessions and plain " +
      "WebSockets: the same app, the same clients, turn by turn.",
  )
  .option("--workers <list>", "how many workers, each measured by itself (1,2,4,8)", toWorkers)
  .option("--quick", "under a minute, for 2 and 4 workers; the figures are rough")
  .option("--rounds <count>", "how often everything is measured", toCount)
  .option(
    "--reference <path>",
    "the built index.js of @socket.io/cluster-engine (or BENCH_REFERENCE in the environment)",
  )
  .option("--no-save", "keep nothing in lab/results/relay")
  .exitOverride()
  .action(bench);

async function bench({ workers, quick, rounds, reference: given, save }: Options): Promise<void> {
  const startedAt = new Date();
  const reference = findReference(given);
  const size = quick ? QUICK : FULL;
  const plan = {
    workers: workers ?? (quick ? [2, 4] : [1, 2, 4, 8]),
    variants: toVariants(reference),
    rounds: rounds ?? size.rounds,
    sizes: size.sizes,
    reference,
  };
  const machine = describeMachine();
  await using run = await openRun();
  using _ = onInterrupt(async () => run[Symbol.asyncDispose]());

  const blocks = await measureRelay(run, plan, (what) => {
    console.error(`${duration(Date.now() - startedAt.getTime()).padStart(7)}  ${what}`);
  });
  const targets = judge(blocks);
  const took = Date.now() - startedAt.getTime();
  const text = [
    `Node ${machine.versions.node}, ${machine.cores} × ${machine.cpu}, load ${machine.load.toFixed(1)}, ` +
      `${plan.rounds} rounds, ${duration(took)}`,
    legendOf(plan.variants) + (reference ? "" : `\n${ABSENT}`),
    tableOf(blocks),
    targetList(targets),
  ].join("\n\n");
  console.log(`\n${text}`);
  if (!save) return;
  const result = {
    lab: "relay",
    startedAt: startedAt.toISOString(),
    took,
    command: ["npm", "run", "bench:relay", "--", ...process.argv.slice(2)].join(" "),
    machine,
    plan,
    targets,
    blocks,
  };
  console.log(`\nAll samples: ${saveResult("relay", startedAt, result, text)}/result.json`);
}

const ABSENT =
  "The reference is absent: @socket.io/cluster-engine is not here. Give a built one by --reference.";

function toVariants(reference: string | undefined): Variant[] {
  const all: Variant[] = ["single", "relay", "reference", "sticky", "plain"];
  return all.filter((variant) => variant in variants && (variant !== "reference" || reference));
}

function toWorkers(list: string): number[] {
  return list.split(",").map((text) => {
    const count = toCount(text);
    if (count > MOST_WORKERS) throw new InvalidArgumentError(`At most ${MOST_WORKERS}.`);
    return count;
  });
}

function toCount(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number from 1 on.");
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
process.exit();
