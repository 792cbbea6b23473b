import { Command, CommanderError } from "commander";
import { folderInGit, steps, type Step } from "./catalog.ts";
import { EXIT_CODES } from "./check/verdict.ts";
import { exitCodeOf, explain } from "./failure.ts";
import { UsageProblem } from "./problems.ts";
import type { SlidesTyped } from "./slides.ts";
import { typedFolderOfClone } from "./typed-path.ts";
import type { Typed } from "./verify/plan.ts";

/**
 * The commands behind `npm run`, and their exit codes. Each loads what it needs when it is called.
 */
const program = new Command("npm run")
  .description("Broken Handshakes: the workshop's commands.")
  .exitOverride()
  .showHelpAfterError(false)
  .configureOutput({ writeErr: () => {} });

/** `npm run step -- --help` should show what is typed, which is not what Commander sees. */
function command(name: string, description: string): Command {
  return program.command(name).description(description).exitOverride();
}

const LANG = ["--lang <language>", "the language of the READMEs: en or ja"] as const;
const PLAIN = ["--plain", "for a screen reader: words only, and nothing is drawn"] as const;

command(
  "step [number]",
  "Puts you at a step: your copy of its code, running and checked as you save.",
)
  .option(...PLAIN)
  .option(...LANG)
  .action(async (number: string | undefined, options: { plain?: true }) => {
    const { runSession } = await import("./session.ts");
    const { nextStep } = await import("./progress.ts");
    const step = number === undefined ? nextStep() : toStep(number);
    process.exitCode = await runSession({ step, source: "work", ...options });
  });

command(
  "start",
  "Opens the workbench: the same as a page, with the cluster's traffic made visible.",
)
  .option("--port <number>", "where to serve it; by default 4000, or the next free port")
  .option("--step <number>", "the step to open; by default the next that is not passed")
  .option("--no-open", "only print the address")
  .action(async (typed: { port?: string; step?: string; open: boolean }) => {
    const { runWorkbench } = await import("./web.ts");
    const { nextStep } = await import("./progress.ts");
    const step = typed.step === undefined ? nextStep() : toStep(typed.step);
    const port = typed.port === undefined ? undefined : toPort(typed.port);
    process.exitCode = await runWorkbench({ step, port, open: typed.open });
  });

command("solution <number>", "Runs the solution of a step as `step` runs your code.")
  .option(...PLAIN)
  .option(...LANG)
  .action(async (number: string, options: { plain?: true }) => {
    const { runSession } = await import("./session.ts");
    process.exitCode = await runSession({ step: toStep(number), source: "solution", ...options });
  });

command("check <number>", "Runs the checks of a step once, on your code.")
  .option("--solution", "on the solution")
  .option("--starter", "on the starter")
  .option("--dir <folder>", "on the code in a folder of this clone, two levels deep")
  .addHelpText(
    "after",
    "\nExit codes: 0 passed, 1 not yet, 2 usage, 3 your machine, 4 inconclusive.",
  )
  .action(async (number: string, options: { solution?: true; starter?: true; dir?: string }) => {
    const step = toStep(number);
    if (Object.keys(options).length > 1) {
      throw new UsageProblem("Only one of --solution, --starter and --dir can be given.");
    }
    const dir = await folderToCheck(step, options);
    const { runChecksOnce } = await import("./check/once.ts");
    process.exitCode = EXIT_CODES[await runChecksOnce(step, dir)];
  });

command("hint <number>", "Gives the next hint of a step, for the first check that failed.")
  .option(...LANG)
  .action(async (number: string) => {
    const step = toStep(number);
    const { showHint } = await import("./commands/hint.ts");
    await showHint(step);
  });

command("diff <number>", "Shows how your code of a step differs from the solution.").action(
  async (number: string) => {
    const step = toStep(number);
    const { showDiff } = await import("./commands/diff.ts");
    showDiff(step);
  },
);

command("reset <number>", "Puts your copy of a step, or one file of it, back to the starter.")
  .argument("[files...]", "the files to put back; all of them by default")
  .option("--undo", "bring back what the latest reset has replaced")
  .addHelpText("after", "\nWhat is replaced is first copied to .workshop/backups/.")
  .action(async (number: string, files: string[], { undo }: { undo?: true }) => {
    const step = toStep(number);
    const { runReset } = await import("./commands/reset.ts");
    await runReset(step, { files, undo: undo ?? isTakenByNpm("undo") });
  });

command("progress", "Shows which steps you have begun and passed, when, and in how many attempts.")
  .option("--json", "as JSON, for a program")
  .option(...LANG)
  .action(async ({ json }: { json?: true }) => {
    const { showProgress } = await import("./commands/progress.ts");
    showProgress({ json: json ?? isTakenByNpm("json") });
  });

command("slides", "Shows the deck of the workshop: for a class of half a day, or a talk.")
  .option("--talk", "the talk of 45 minutes")
  .option("--theme <theme>", "light or dark", "light")
  .option("--ratio <ratio>", "16:9 or 4:3", "16:9")
  .option("--pdf [file]", "print it into a PDF instead")
  .option("--handout [file]", "print it with the speaker's notes")
  .option("--record [steps...]", "record anew what the step slides replay")
  .option("--no-open", "do not open the browser")
  .action(async ({ record, ...options }: SlidesTyped & { record?: string[] | true }) => {
    const { runSlides } = await import("./slides.ts");
    const toRecord = record === true ? [...steps] : record?.map(toStep);
    await runSlides({ ...options, record: toRecord });
  });

command(
  "pm2",
  "pm2 itself: on the running session's daemon, else on a lasting one of the workshop's own.",
)
  .argument("[arguments...]", "list, logs, monit, stop, start … (--host b first: on that host)")
  .helpOption(false)
  .allowUnknownOption()
  .action(async () => {
    const { runPm2 } = await import("./pm2.ts");
    // As they were typed: Commander would keep a `--` for itself.
    process.exitCode = await runPm2(process.argv.slice(3));
  });

command("redis", "redis-cli on the Redis of the running session, or what does as well.")
  .argument("[arguments...]", "ping, info, monitor, pubsub channels, subscribe …")
  .helpOption(false)
  .allowUnknownOption()
  .action(async () => {
    const { runRedis } = await import("./redis.ts");
    process.exitCode = await runRedis(process.argv.slice(3));
  });

command(
  "stop",
  "Ends everything that the workshop has left running, and says what it ended.",
).action(async () => {
  const { stopAll } = await import("./stop.ts");
  process.exitCode = await stopAll();
});

command("doctor", "What this machine has and lacks, with the command that mends each lack.")
  .option("--fix", "run those commands")
  .action(async ({ fix }: { fix?: true }) => {
    const { runDoctor } = await import("./doctor.ts");
    process.exitCode = await runDoctor({ fix: fix === true });
  });

command("test", "Sets up what the tests need, runs all of them, and looks for leaks.").action(
  async () => {
    const { runTests } = await import("./selftest.ts");
    process.exitCode = await runTests();
  },
);

command("verify", "Proves the checks: on solutions, starters, wrong answers and right ones.")
  .argument("[steps...]", "numbers of steps; all of them by default")
  .option("--cell <name>", "only cells with this in their names")
  .option("--full", "all checks on each wrong answer, not only the one that it must fail")
  .option("--record", "write down what is seen where it is not what was written down")
  .option("--repeat <count>", "each cell so many times")
  .option("--load", "keep all cores busy meanwhile")
  .option("--lanes <count>", "so many cells at the same time")
  .option("--resume", "go on with the latest run: what is missing, and what was touched since")
  .option(
    "--ablation",
    "only the ablation: each cure of the handshake, with and without an adapter",
  )
  .option("--write", "keep its table in README.md and checks/ablation")
  .option("--json <file>", "keep the report in this file, too")
  .action(async (numbers: string[], options: Typed) => {
    const { verify } = await import("./verify.ts");
    process.exitCode = await verify(numbers.map(toStep), options);
  });

command("bench-loop", "Measures the time from a save to the verdict, per step.")
  .argument("[steps...]", "numbers of steps; all of them by default")
  .option("--runs <count>", "how many saves per step", "5")
  .action(async (numbers: string[], { runs }: { runs: string }) => {
    const { benchLoop } = await import("./bench-loop.ts");
    await benchLoop(numbers.length ? numbers.map(toStep) : [...steps], Number(runs));
  });

/**
 * Without the `--` before it, npm takes an option for one of its own. A reset instead of its undoing
 * would be the opposite of what was meant.
 */
function isTakenByNpm(option: string): boolean {
  return process.env[`npm_config_${option}`] === "true";
}

/** @throws UsageProblem for anything that is not the number of a step. */
function toStep(text: string): Step {
  const step = steps.find(({ number }) => String(number) === text);
  if (step) return step;
  throw new UsageProblem(
    `There is no step ${text}: the steps are 1 to ${steps.length}. Example: npm run step 3`,
  );
}

/** @throws UsageProblem for anything that is no port. */
function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new UsageProblem(`There is no port ${text}: ports are 1 to 65535. Example: --port 4000`);
}

async function folderToCheck(
  step: Step,
  { solution, starter, dir }: { solution?: true; starter?: true; dir?: string },
): Promise<string> {
  if (dir !== undefined) return typedFolderOfClone(dir);
  if (solution || starter) return folderInGit(step, solution ? "solution" : "starter");
  const { aboutNewCopy, learnersCopy } = await import("./copy.ts");
  const copy = learnersCopy(step);
  if (copy.isNew) console.log(aboutNewCopy(copy.dir));
  return copy.dir;
}

/** Commander is silent here: its help belongs to the command that was typed. */
function explainUsage(error: CommanderError): number {
  const isHelp = error.code === "commander.help";
  if (error.exitCode !== 0) {
    console.error(isHelp ? program.helpInformation() : error.message.replace(/^error: /, ""));
  }
  return exitCodeOf(error);
}

// `npm run check 3 | head`: who reads no more wants no more.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  // A terminal that was closed: its SIGHUP ends all in order.
  if (error.code === "EIO") return;
  throw error;
});
program.hook("preAction", async (_, subcommand) => {
  const { lang } = subcommand.opts<{ lang?: string }>();
  if (lang === undefined) return;
  const { chooseLanguage } = await import("./language.ts");
  chooseLanguage(lang);
});
for (const subcommand of program.commands) {
  const script = subcommand.name().replace("-", ":");
  subcommand.configureHelp({ commandUsage: () => `npm run ${script} -- ${subcommand.usage()}` });
}
try {
  await program.parseAsync(process.argv.slice(2), { from: "user" });
} catch (error) {
  process.exitCode = error instanceof CommanderError ? explainUsage(error) : explain(error);
}
// pm2's client tries for ever to find a daemon again that has been ended.
process.exit();
