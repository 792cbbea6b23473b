import colors from "picocolors";
import { duration } from "../text.ts";
import { lastLines, runCommand, type CommandEnd } from "./command.ts";

/** How long one command may take, in ms: a slow download of 300 MB has to fit in. */
const WITHIN = 15 * 60_000;
/** How much of a failed command's output is shown. */
const LAST_LINES = 10;

const ENVIRONMENT = {
  DEBIAN_FRONTEND: "noninteractive",
  // Playwright's own value is 30 s, for each of its three hosts. Behind a firewall that is long.
  PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000",
  // Its news would be the last lines of an output.
  NPM_CONFIG_UPDATE_NOTIFIER: "false",
};

/** Announces a command, runs it, and shows of its output only the end, and only when it failed. */
export async function runAnnounced(
  argv: readonly string[],
  within: number = WITHIN,
): Promise<CommandEnd> {
  console.log(colors.bold(`$ ${argv.join(" ")}`));
  const start = performance.now();
  const end = await withClock(start, () => runCommand(argv, { within, env: ENVIRONMENT }));
  const time = duration(performance.now() - start);
  if (end.ok) {
    console.log(colors.dim(`  done in ${time}`));
  } else {
    for (const line of lastLines(end.output, LAST_LINES)) console.log(colors.dim(`  ${line}`));
    console.log(`  failed after ${time}: ${end.how}`);
  }
  return end;
}

/** Shows in a terminal how long an act takes, on one line that goes away afterwards. */
async function withClock<T>(start: number, act: () => Promise<T>): Promise<T> {
  if (!process.stdout.isTTY) return act();
  const draw = () =>
    process.stdout.write(`\r  … ${Math.round((performance.now() - start) / 1000)} s `);
  const clock = setInterval(draw, 1000);
  try {
    return await act();
  } finally {
    clearInterval(clock);
    process.stdout.write("\r\u001b[K");
  }
}
