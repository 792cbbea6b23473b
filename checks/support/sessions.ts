import type { App } from "../../workshop/stage/app.ts";
import type { WorkerId } from "../../workshop/trace/events.ts";
import { NotYet } from "../../workshop/problems.ts";
import { handshake } from "./http.ts";

/** A session that was opened by hand, and the worker that has it. */
export interface Session {
  sid: string;
  owner: WorkerId;
}

/** How many handshakes may be needed for one of each worker, where they are not taken in turn. */
const TRIES = 10;

/** Opens a session by hand, at whichever worker takes it. @throws NotYet when that fails. */
export async function openSession(app: App): Promise<Session> {
  const { sid, owner } = await handshake(app);
  return { sid, owner };
}

/**
 * Opens sessions by hand, one after the other, until each worker has `each` of them. Gives those, in
 * the order of the workers.
 *
 * @throws NotYet when a handshake fails, or when some worker gets none.
 */
export async function openSessions(
  app: App,
  workers: readonly { instance: number }[],
  each = 1,
): Promise<Session[]> {
  const found = new Map(workers.map(({ instance }) => [instance, [] as Session[]]));
  const missing = () => [...found].filter(([, sessions]) => sessions.length < each);
  for (let tries = workers.length * each * TRIES; tries > 0 && missing().length > 0; tries -= 1) {
    const session = await openSession(app);
    const sessions = found.get(session.owner.instance);
    if (sessions && sessions.length < each) sessions.push(session);
  }
  const [first] = missing();
  if (!first) return [...found.values()].flat();
  throw new NotYet({
    expected: `all ${workers.length} workers to open sessions on port ${app.port}`,
    seen: `that worker ${first[0]} opened ${first[1].length}`,
    look: { file: "ecosystem.config.cjs" },
  });
}
