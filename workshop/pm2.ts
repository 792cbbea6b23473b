import { spawn } from "node:child_process";
import { once } from "node:events";
import { root } from "./catalog.ts";
import { ensureLastingDaemon, lastingHome } from "./lasting.ts";
import { runningSession } from "./session-note.ts";
import { cleanEnvironment } from "./stage/environment.ts";
import { PM2_BIN } from "./stage/pm2.ts";

/**
 * Runs pm2 itself, on the daemon of the running session or else on the workshop's lasting one, never
 * on the learner's own. Gives pm2's exit code.
 */
export async function runPm2(words: string[]): Promise<number> {
  const asksOnly =
    words.length === 0 || words.some((word) => /^(-h|--help|-v|--version)$/.test(word));
  const home = runningSession()?.home ?? (asksOnly ? lastingHome() : await ensureLastingDaemon());
  const pm2 = spawn(process.execPath, [PM2_BIN, ...words], {
    // Where `npm run` was typed: paths on the command line mean what they say.
    cwd: process.env.INIT_CWD ?? root,
    // A port that the person has set is for the app that is started here.
    env: {
      ...cleanEnvironment(),
      PORT: process.env.PORT,
      PM2_HOME: home,
      PM2_DISCRETE_MODE: "true",
    },
    stdio: "inherit",
  });
  // Ctrl-C ends `logs` and `monit`; pm2 gets it from the terminal, and this waits for it.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const [code]: unknown[] = await once(pm2, "exit");
  process.off("SIGINT", ignore);
  return typeof code === "number" ? code : 1;
}
