import { spawn } from "node:child_process";
import { once } from "node:events";
import { SERVER } from "../../workshop/catalog.ts";
import { NotYet } from "../../workshop/problems.ts";
import { explainCrash } from "../../workshop/stage/crash.ts";
import { until } from "../../workshop/stage/until.ts";
import type { Staged } from "./ground.ts";

/** How long a server may take to answer on a busy machine, in ms. */
const ANSWERS_WITHIN = 20_000;

const EXPECTED = "the server to run without pm2, too";

/**
 * Runs a staged app with the options that its ecosystem file names, and without pm2: as a process to
 * which nobody has a channel.
 *
 * @throws NotYet when it does not answer, with what it died of.
 */
export async function mustRunWithoutPm2({ config, port }: Staged, dir: string): Promise<void> {
  const { script, node_args: options, args, cwd, env } = config;
  const line = [...wordsOf(options), String(script), ...wordsOf(args)];
  const server = spawn(process.execPath, line, {
    cwd,
    env,
    stdio: ["ignore", "ignore", "pipe"],
    windowsHide: true,
  });
  let printed = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  let isOver = false;
  const closed = once(server, "close").then(() => (isOver = true));
  try {
    await until(
      async () => {
        if (isOver) throw died(printed, dir);
        await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
        return true;
      },
      Boolean,
      {
        within: ANSWERS_WITHIN,
        otherwise: () => ({
          expected: EXPECTED,
          seen: `that it answers nobody within ${ANSWERS_WITHIN / 1000} s`,
          hint: "Does it wait for something that only pm2 says?",
        }),
      },
    );
  } finally {
    server.kill("SIGKILL");
    await closed;
  }
}

function died(printed: string, dir: string): NotYet {
  const { finding } = explainCrash(printed || "that it ended without a word", dir);
  const { seen, look } = finding;
  const isOfChannel = seen.includes("process.send");
  return new NotYet({
    ...finding,
    expected: EXPECTED,
    seen: `it die: ${seen}`,
    look: { file: SERVER, ...look, ...(isOfChannel ? { todo: "2.2" } : {}) },
    hint: isOfChannel
      ? 'Without pm2 there is no process.send. process.send?.("ready") calls it only where it is there.'
      : finding.hint,
    blocks: false,
  });
}

/** pm2 takes words as a list, or as one text. */
function wordsOf(words: string | readonly string[] = []): readonly string[] {
  return typeof words === "string" ? words.split(/\s+/).filter(Boolean) : words;
}
