import { HOSTS } from "./catalog.ts";
import { handOver } from "./hand-over.ts";
import { ensureLastingDaemon, lastingHome } from "./lasting.ts";
import { runningSession } from "./session-note.ts";
import { UsageProblem } from "./problems.ts";
import { cleanEnvironment } from "./stage/environment.ts";
import { PM2_BIN } from "./stage/pm2.ts";

/**
 * Runs pm2 itself, on the daemon of the running session or else on the workshop's lasting one, never
 * on the learner's own. Gives pm2's exit code. Where the session has several hosts, the words may
 * begin with `--host b`; without, it is the first.
 *
 * @throws UsageProblem when there is no such host.
 */
export async function runPm2(typed: string[]): Promise<number> {
  const { host, words } = hostIn(typed);
  const asksOnly =
    words.length === 0 || words.some((word) => /^(-h|--help|-v|--version)$/.test(word));
  const home =
    host === undefined
      ? (runningSession()?.homes?.[0] ?? (asksOnly ? lastingHome() : await ensureLastingDaemon()))
      : homeOf(host);
  return handOver(process.execPath, [PM2_BIN, ...words], {
    ...cleanEnvironment(),
    // A port that the person has set is for the app that is started here.
    PORT: process.env.PORT,
    PM2_HOME: home,
    PM2_DISCRETE_MODE: "true",
  });
}

/** Takes `--host b` or `--host=b` off the beginning. */
function hostIn(words: string[]): { host: string | undefined; words: string[] } {
  const [first = "", second = ""] = words;
  if (first === "--host") return { host: second, words: words.slice(2) };
  const [, host] = /^--host=(.*)$/.exec(first) ?? [];
  return host === undefined ? { host, words } : { host, words: words.slice(1) };
}

function homeOf(host: string): string {
  const homes = runningSession()?.homes ?? [];
  const hosts = HOSTS.slice(0, homes.length).map(({ name }) => name);
  const home = homes[hosts.indexOf(host)];
  if (home !== undefined && hosts.length > 1) return home;
  throw new UsageProblem(
    homes.length > 1
      ? `There is no host ${JSON.stringify(host)}: this session's hosts are ${hosts.join(" and ")}.`
      : "No session with several hosts is running: --host goes with step 9.",
  );
}
