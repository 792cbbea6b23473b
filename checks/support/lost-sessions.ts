import { connect } from "node:net";
import { once } from "node:events";
import { NotYet } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { eventually } from "../../workshop/stage/until.ts";
import { askForAll, PONG, told } from "./conversation.ts";
import { ask, askEveryWorker, type Answer, type EngineRequest } from "./http.ts";
import { must } from "./must.ts";
import { channelOf, onForward, relayed } from "./relay-seen.ts";
import { openSession, openSessions, type Session } from "./sessions.ts";

/** How long a worker may take to answer for an owner that does not, in ms: it waits for 500. */
const UNKNOWN_WITHIN = 1_500;
/** What an owner publishes when it takes a tunnel and has nothing to say yet: a head. In bytes. */
const ACCEPT = 19;

/** A worker must say of a session that nobody knows it, and soon. @throws NotYet */
export function mustBeUnknown(answer: Answer, what: string): void {
  const { status, body, traced } = answer;
  const isSaid = [traced.message, body].some((text) => text?.includes("Session ID unknown"));
  const isUnknown = status === 400 && isSaid;
  must(isUnknown && traced.ms < UNKNOWN_WITHIN, {
    expected: `${what}, to be answered 400 "Session ID unknown" within ${UNKNOWN_WITHIN} ms by every worker`,
    seen: `${told(answer)}, after ${Math.round(traced.ms)} ms`,
    look: onForward,
    hint: isUnknown
      ? "A tunnel that nobody takes closes by itself, and then its request is refused."
      : status > 500 && status !== 503
        ? "Whoever answers by hand does not know why the tunnel has closed: #refuse and #refuseUpgrade read it in the tunnel."
        : status < 400
          ? "What the owner refuses is refused: its status comes back to the client, too."
          : "A tunnel knows why it has closed, and #refuse reads that in it: closed by anybody else, it says nothing.",
  });
}

/**
 * Every worker must say of a session that it is unknown: to who polls, and to who wants to upgrade.
 *
 * @throws NotYet
 */
export async function mustBeLost(
  app: App,
  workers: readonly { instance: number }[],
  sid: string,
  what: string,
): Promise<void> {
  for (const how of [{ sid }, { sid, upgrade: true }]) {
    const answers = await askForLost(() => askEveryWorker(app, workers, how));
    for (const answer of answers.values()) mustBeUnknown(answer, what);
  }
}

/**
 * A worker that pm2 has started in the place of a dead one must ask for others' sessions, and answer
 * for its own.
 *
 * @throws NotYet
 */
export async function mustTakeItsPlace(app: App, living: Session): Promise<string> {
  const workers = await app.workers();
  const [risen] = await openSessions(app, workers);
  if (!risen) throw new Error("unreachable: each worker has opened one");
  try {
    for (const session of [risen, living]) await askForAll(app, workers, session, PONG, 200);
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    throw new NotYet({
      ...error.finding,
      expected: `after pm2 has started a killed worker again, ${error.finding.expected}`,
      look: { file: "tunnels.ts" },
      hint: "Who comes in the place of a dead worker is another worker. If it has that one's name, the others take its tunnels for old ones: a name is random, and nobody has had it before.",
    });
  }
  return `worker ${risen.owner.instance} was started again: all answer for its sessions, and it for theirs`;
}

/**
 * Asks for a session that is lost.
 *
 * @throws NotYet when no answer comes, too, with the cause.
 */
export async function askForLost<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    throw new NotYet({
      ...error.finding,
      look: onForward,
      hint: "Nobody takes the tunnel. It closes by itself after 500 ms; what becomes of the client's request then?",
    });
  }
}

/**
 * Asks all workers for a session whose owner is frozen. Node's cluster gives such a worker one
 * connection more, which nobody answers, and then no other.
 */
export async function askTheOthers(
  app: App,
  workers: readonly unknown[],
  what: EngineRequest,
): Promise<Answer[]> {
  const swallowed = workers.map(() => connect(app.port, "127.0.0.1"));
  try {
    await Promise.all(swallowed.map((socket) => once(socket, "connect")));
    return await askForLost(() => Promise.all(workers.slice(1).map(() => ask(app, what))));
  } finally {
    for (const socket of swallowed) socket.destroy();
  }
}

/** Polls in a new session through another worker than its owner, until the owner has the poll. */
export async function pollThroughAnother(
  app: App,
  workers: readonly unknown[],
): Promise<[Session, AbortController]> {
  for (let tries = 0; tries < workers.length; tries += 1) {
    const session = await openSession(app);
    const { sid, owner } = session;
    const channel = channelOf(app.trace, owner);
    const since = Date.now();
    const poll = new AbortController();
    ask(app, { sid, signal: poll.signal }).catch(() => {});
    const isTaken = () => {
      const frames = relayed(app.trace, since);
      const open = frames.findIndex((one) => one.channel === channel);
      const isAccept = (one: (typeof frames)[number]) =>
        one.worker?.pid === owner.pid && one.bytes === ACCEPT;
      return open >= 0 && frames.slice(open).some(isAccept);
    };
    if (await eventually(isTaken, (taken) => taken, 1_000)) return [session, poll];
    // It has met its owner at once.
    poll.abort();
  }
  throw new NotYet({
    expected: "a poll to reach the owner of its session through another worker",
    seen: `that none of ${workers.length} did`,
    look: onForward,
  });
}
