import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { HOSTS, root, steps } from "../catalog.ts";
import { daemonPid } from "../stage/daemon.ts";
import { commandOf, isAlive, processesOf } from "../stage/processes.mjs";
import { eventually } from "../stage/until.ts";
import { appsOfDaemon } from "./daemon-apps.ts";
import { portsOf } from "./listening.ts";

/** How long what is ending may take to be gone, in ms. */
const GONE_WITHIN = 10_000;
/** The pm2 homes that a checker keeps warm: its own, and one for each further host. */
const WARM_HOMES = ["pm2", ...HOSTS.map(({ name }) => `pm2-${name}`)];
/** A browser is kept warm, too, by whichever name it goes. */
const BROWSER = /chrom|msedge/i;
/** And so are processes of the workshop's own code, which an app only has in it for its trace. */
const OURS = [join(root, "workshop"), join(root, "node_modules", "vitest")].map(
  (path) => path + sep,
);
const TRACE = join(root, "workshop", "trace") + sep;
/** Longer command lines are cut. */
const COMMAND_LENGTH = 100;

/** Apps, and the folders of the services that they have had, are called by their step. */
const isOfStep = (name: string) => steps.some(({ slug }) => name.startsWith(`${slug}-`));

export interface LeakOptions {
  /** Gives the folders elsewhere that should be gone. */
  further?: () => string[];
  /** How long to wait until nothing is left, in ms. */
  within?: number;
}

/**
 * What checks have left in the folder of their run although they have ended: processes, apps in the
 * warm pm2, ports that it still listens on, and folders. Empty when there is nothing.
 */
export async function leaksOf(
  folder: string,
  { further = () => [], within = GONE_WITHIN }: LeakOptions = {},
): Promise<string[]> {
  let found: string[] = [];
  await eventually(
    async () => (found = await look(folder, further)),
    (leaks) => leaks.length === 0,
    within,
  );
  return found;
}

async function look(folder: string, further: () => string[]): Promise<string[]> {
  const homes = WARM_HOMES.map((name) => join(folder, name)).filter((home) => existsSync(home));
  const daemons = homes.map(daemonPid).filter(isAlive);
  const apps = await Promise.all(homes.map(appsOfDaemon));
  return [
    ...processesOf(folder)
      .filter((found) => !daemons.includes(found.pid) && !isWarm(found, folder))
      .map(({ pid }) => `process ${pid}: ${shortCommand(pid)}`),
    ...[...new Set(apps.flat())].map((name) => `app ${name}, which pm2 still knows`),
    ...daemons.flatMap((pid) =>
      portsOf(pid).map((port) => `port ${port}, on which pm2 (pid ${pid}) still listens`),
    ),
    ...readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isOfStep(entry.name))
      .map(({ name }) => `folder ${join(folder, name)}`),
    ...further().map((path) => `folder ${path}`),
  ];
}

function shortCommand(pid: number): string {
  return commandOf(pid)
    .replaceAll(root + sep, "")
    .slice(0, COMMAND_LENGTH);
}

/** Redis and nginx work in a folder that is called by the step, unless they are kept warm. */
function isWarm({ pid, folder }: { pid: number; folder: string }, run: string): boolean {
  const command = commandOf(pid);
  if (/redis-server|valkey-server|nginx/.test(command)) {
    return !isOfStep(relative(run, folder).split(sep)[0] ?? "");
  }
  const isOurs = OURS.some((path) => command.includes(path)) && !command.includes(TRACE);
  return isOurs || BROWSER.test(command);
}
