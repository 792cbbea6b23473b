/** `npm run museum`: the stack of 2014, performed on today's Node. */
import { Command } from "commander";
import { explain } from "../workshop/failure.ts";
import { onInterrupt } from "../workshop/interrupt.ts";
import { UsageProblem } from "../workshop/problems.ts";
import { openRun } from "../workshop/stage/run.ts";
import { columns } from "../workshop/text.ts";
import { acts, type Act } from "./acts.ts";
import { openGuide } from "./guide.ts";
import { House } from "./house.ts";
import { areInstalled, installPackages } from "./packages.ts";

const program = new Command("npm run museum --")
  .description(
    "Performs the puzzle of 2014 on today's Node: Socket.IO 0.9, Express 3, forever and pm2, in eight " +
      "acts, each with its commands and what they really print. Everything listens on 127.0.0.1 only.",
  )
  // npm, when it is not told by `--` to leave an option alone, hands on the number only.
  .argument("[act]", "only this act, with what it needs of those before")
  .option("--act <number>", "the same")
  .option("--plain", "for a screen reader: words only")
  .addHelpText(
    "after",
    `\nActs:\n${acts.map(({ title }, at) => `  ${at + 1}  ${title}`).join("\n")}`,
  )
  .exitOverride()
  .action(perform);

interface Typed {
  act?: string;
  plain?: boolean;
}

async function perform(number: string | undefined, { act = number, plain = false }: Typed) {
  const programme = act === undefined ? acts : [toAct(act)];
  const guide = openGuide({
    write: (text) => process.stdout.write(text),
    width: columns,
    isVisited: process.stdin.isTTY === true && process.stdout.isTTY === true,
    plain: plain || Boolean(process.env.WORKSHOP_PLAIN),
  });
  await using run = await openRun();
  using interrupt = onInterrupt(async () => run[Symbol.asyncDispose]());
  try {
    guide.say(
      "This is an exhibit. Nobody mends Socket.IO 0.9 and Express 3 any more: never run them where others " +
        "can reach them. Here all of it listens on 127.0.0.1, and ends with this command. Why, and what " +
        "the acts show: museum/README.md",
    );
    if (!areInstalled()) {
      guide.say("The packages of 2014 are installed in museum/2014/node_modules, once (41 MB) …");
      await installPackages(run);
    }
    await using house = await House.open(run, guide);
    for (const [at, each] of programme.entries()) {
      const number = acts.indexOf(each) + 1;
      const isWanted = at === 0 || (await guide.goOn(`act ${number}, ${each.title}`));
      if (!isWanted) break;
      guide.heading(number, each.title);
      await each.play(house, guide);
    }
    // What has just been shown can be looked at as long as somebody wants to.
    if (programme.length === 1) await guide.goOn("the end");
  } finally {
    // What is ended in the middle of something fails, and that is nobody's business then.
    if (interrupt.isAsked) await new Promise<never>(() => {});
  }
}

function toAct(text: string): Act {
  const act = acts[Number(text) - 1];
  if (act && /^\d+$/.test(text)) return act;
  throw new UsageProblem(
    `There is no act ${text}: the acts are 1 to ${acts.length}. Example: npm run museum -- --act 3`,
  );
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
process.exit();
