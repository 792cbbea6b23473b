import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "node:net";
import { NOTES, root } from "./catalog.ts";
import { lock } from "./lock.ts";
import { MachineProblem } from "./problems.ts";
import { cleanEnvironment } from "./stage/environment.ts";
import { spawnDaemon } from "./stage/daemon.ts";

/** A Unix socket's path holds 104 bytes on macOS, and pm2's is this much longer than its home. */
const LONGEST_HOME = 104 - "/interactor.sock".length - 1;
/** A daemon takes no longer to start; in ms. */
const LONGEST_START = 20_000;

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
  using _lock = await lock(join(home, "starting"), {
    within: 25_000,
    staleAfter: LONGEST_START,
    outlivesHolder: true,
    otherwise: () =>
      new MachineProblem("Another command has been starting pm2 for 25 s.", "npm run stop"),
  });
  if (!(await lastingDaemonRuns())) await spawnDaemon(home, cleanEnvironment());
  return home;
}
