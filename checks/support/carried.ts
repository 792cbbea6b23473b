import { Agent } from "node:http";
import { Socket } from "node:net";
import type { App } from "../../workshop/stage/app.ts";
import { NotYet } from "../../workshop/problems.ts";
import { until } from "../../workshop/stage/until.ts";
import type { WorkerId } from "../../workshop/trace/events.ts";
import { line } from "../../workshop/trace/line.ts";
import type { Clients } from "./clients.ts";
import { PONG } from "./conversation.ts";
import { greeted, type Member } from "./crowd.ts";
import { ask, askEveryWorker } from "./http.ts";
import { mustBeUnknown } from "./lost-sessions.ts";
import { onForward } from "./relay-seen.ts";
import type { Session } from "./sessions.ts";
import { upgraded } from "./upgrades.ts";
import { Death, survives } from "./vitals.ts";

/** How many clients may be needed for one of a certain worker that has upgraded at another. */
const TRIES = 40;
/** How long a session may outlive its client, in ms. */
const ENDED_WITHIN = 2_000;
/** How long a client may take to learn that its owner is dead, in ms: workers ask each second. */
const LEFT_WITHIN = 6_000;

/**
 * Connects clients until one has its WebSocket at another worker than the owner of its session.
 *
 * @param wish whose session it shall be, and from which of this machine's addresses it shall come
 * @throws NotYet
 */
export async function carriedOn(
  app: App,
  clients: Clients,
  { owner, from }: { owner?: WorkerId; from?: string } = {},
): Promise<Member> {
  // In Node an agent makes the connections; the types know browsers only.
  const options: object = from ? { agent: new Agent({ localAddress: from }) } : {};
  for (let tries = 0; tries < TRIES; tries += 1) {
    const member = await greeted(await clients.connect(options));
    const { worker } = await upgraded(app.trace, member);
    const isWanted = owner === undefined || member.worker.pid === owner.pid;
    if (isWanted && worker.pid !== member.worker.pid) return member;
    member.socket.disconnect();
  }
  throw new NotYet({
    expected: `one of ${TRIES} clients to upgrade at another worker than its own`,
    seen: "none",
    look: { file: "ecosystem.config.cjs" },
  });
}

/** A session whose client has gone away must end, at its owner. Gives what was seen. @throws NotYet */
export async function mustEnd(
  app: App,
  workers: readonly { instance: number }[],
  { sid }: Pick<Session, "sid">,
  fault: string,
): Promise<string[]> {
  const post = { ...PONG, sid };
  await until(
    () => ask(app, post),
    ({ status }) => status === 400,
    {
      within: ENDED_WITHIN,
      otherwise: (last) => ({
        expected: `a session to end when its client ${fault}, at whichever worker`,
        seen: last
          ? `worker ${last.traced.worker.instance} answer ${last.status} to a request of it, ${ENDED_WITHIN / 1000} s later`
          : "no answer",
        look: onForward,
        hint: "A client that goes away closes its connection. The tunnel that carries it on has to be closed, too.",
      }),
    },
  );
  const after = await askEveryWorker(app, workers, post);
  for (const answer of after.values()) mustBeUnknown(answer, "a session that has ended");
  return [...after.values()].map(({ traced }) => line(traced, app.trace));
}

/** Cuts the connection of a client, as a network does that goes away: the session must end. */
export async function mustBearCut(app: App, client: Member): Promise<void> {
  const workers = await app.workers();
  const sid = client.sid() ?? "";
  try {
    await survives(app, workers, "a client that is cut off", async () => {
      reset(client);
      await mustEnd(app, workers, { sid }, "is cut off from its WebSocket");
    });
  } catch (error) {
    if (!(error instanceof Death)) throw error;
    throw new Death({
      ...error.finding,
      look: error.finding.look ?? onForward,
      hint: 'The socket of a client that is cut off emits "error". One that nobody listens to ends the process.',
    });
  }
}

/** Ends the TCP connection under a WebSocket with a reset, without a word of goodbye. */
function reset({ socket }: Member): void {
  const wire: unknown = Reflect.get(
    Object(Reflect.get(socket.io.engine.transport, "ws")),
    "_socket",
  );
  if (!(wire instanceof Socket)) throw new Error("The client has no WebSocket of the ws package.");
  wire.resetAndDestroy();
}

/**
 * A client whose owner is dead must be disconnected, at whichever worker its WebSocket is: nothing comes
 * through it any more.
 *
 * @throws NotYet
 */
export async function mustLeave({ left }: Member): Promise<string> {
  const start = performance.now();
  await until(() => left.length > 0, Boolean, {
    within: LEFT_WITHIN,
    otherwise: () => ({
      expected: "a client to be disconnected when the owner of its session dies",
      seen: `that its WebSocket at another worker is still there, ${LEFT_WITHIN / 1000} s later`,
      look: onForward,
      hint: "The tunnel closes when its other end is gone. Nothing comes through it any more, so the socket of the client is closed, too.",
    }),
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return `a client whose owner was killed was disconnected: ${left[0]}, ${seconds} s later`;
}
