import { createHash } from "node:crypto";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "node:net";
import { NOTES, root } from "./catalog.ts";
import { MachineProblem } from "./problems.ts";
import { cleanEnvironment } from "./stage/environment.ts";
import { spawnDaemon } from "./stage/daemon.ts";
import { until } from "./stage/until.ts";

/** A Unix socket's path holds 104 bytes on macOS, and pm2's is this much longer than its home. */
const LONGEST_HOME = 104 - "/interactor.sock".length - 1;

/**
 * The home of the workshop's lasting daemon, one for each clone. What a learner starts there lives
 * on when the terminal closes, until `npm run stop`.
 */
export function lastingHome(): string {
  const inside = join(NOTES, "pm2");
  if (Buffer.byteLength(inside) <= LONGEST_HOME) return inside;
  const name = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return join(tmpdir(), `broken-handshakes-${name}`);
}

/** Whether the lasting daemon runs: somebody answers on its socket. */
export function lastingDaemonRuns(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(join(lastingHome(), "rpc.sock"));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/**
 * Starts the lasting daemon where it does not run, and gives its home. A lock stands around it: two
 * commands at once would start two daemons, of which one hangs.
 *
 * @throws MachineProblem when pm2 cannot be started.
 */
export async function ensureLastingDaemon(): Promise<string> {
  const home = lastingHome();
  mkdirSync(home, { recursive: true });
  using _lock = await lock(join(home, "starting"));
  if (!(await lastingDaemonRuns())) await spawnDaemon(home, cleanEnvironment());
  return home;
}

/** A folder as a lock: only one can make it. One that is older than a daemon's start is nobody's. */
async function lock(folder: string): Promise<Disposable> {
  await until(
    () => {
      try {
        mkdirSync(folder);
        return true;
      } catch {
        if (Date.now() - statSync(folder).mtimeMs > 20_000) rmSync(folder, { recursive: true });
        return false;
      }
    },
    (made) => made,
    {
      within: 25_000,
      otherwise: () =>
        new MachineProblem("Another command has been starting pm2 for 25 s.", "npm run stop"),
    },
  );
  return { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
