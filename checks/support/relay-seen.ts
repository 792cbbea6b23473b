import type { Finding } from "../../workshop/problems.ts";
import { NotYet } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { eventually } from "../../workshop/stage/until.ts";
import type { Trace } from "../../workshop/trace/collector.ts";
import type { TracedCommand, TracedRequest, WorkerId } from "../../workshop/trace/events.ts";
import { ask, type Answer } from "./http.ts";
import { must } from "./must.ts";
import { published, subscribed } from "./redis-seen.ts";
import type { Session } from "./sessions.ts";

/** How much later than a request what was published for it may be told, in ms. */
const TOLD_WITHIN = 500;
/** For how long it is looked whether more than one has heard something, in ms. */
const HEARD_WITHIN = 100;

/** Where each piece of the relay is written. */
export const onSid = { file: "relay.ts", todo: "7.1" };
export const onOwner = { file: "relay.ts", todo: "7.2" };
export const onForward = { file: "relay.ts", todo: "7.3" };
export const onInject = { file: "relay.ts", todo: "7.4" };

/** What workers have sent each other through the relay since that time, in ms since the epoch. */
export function relayed(trace: Trace, since = 0): TracedCommand[] {
  return published(trace).filter(({ at, channel }) => at >= since && isRelay(channel));
}

/** Whether a channel is one of the relay's, and not of the adapter's. */
export function isRelay(channel: string): boolean {
  return channel.includes(":relay:");
}

/** The channel on which a worker hears of tunnels. */
export function channelOf(trace: Trace, worker: WorkerId): string | undefined {
  return subscribed(trace).findLast((one) => isOf(worker, one) && isRelay(one.channel))?.channel;
}

/**
 * What one worker tells another, no third must hear.
 *
 * @param since when it was told, in ms since the epoch
 * @throws NotYet
 */
export async function mustBeHeardByOne(trace: Trace, since: number): Promise<void> {
  const loud = () => relayed(trace, since).find(({ received = 0 }) => received > 1);
  const found = await eventually(loud, (one) => one !== undefined, HEARD_WITHIN);
  must(found === undefined, {
    expected: "what a worker tells the owner of a session to be received by that one alone",
    seen: `a message on ${found?.channel} that ${found?.received} received`,
    look: { file: "tunnels.ts" },
    hint: "Each worker has a channel of its own, which its name leads to. Where all listen on one, each gets what is for any of them, and more than one answers.",
  });
}

function isOf({ pid }: WorkerId, { worker }: TracedCommand): boolean {
  return worker?.pid === pid;
}

/**
 * Asks for a session that belongs to another worker than some of those who will be met. What goes
 * wrong on the way is said with its cause.
 *
 * @throws NotYet
 */
export async function explained<T>(app: App, session: Session, act: () => Promise<T>): Promise<T> {
  const since = Date.now();
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    throw new NotYet({ ...error.finding, ...(await whyNotRelayed(app, session, since)) });
  }
}

/**
 * Why a request for a session of another worker was not answered as its owner would have, as far as
 * Redis and the owner have seen it.
 *
 * @param since when it was sent, in ms since the epoch
 * @param edge the report of the worker that the client met; none when it has not answered
 */
export async function whyNotRelayed(
  app: App,
  session: Session,
  since: number,
  edge?: TracedRequest,
): Promise<Pick<Finding, "look" | "hint">> {
  const { trace } = app;
  const { sid, owner } = session;
  const from = edge ? `worker ${edge.worker.instance}` : "the worker that the client met";
  const to = `worker ${owner.instance}`;
  if (edge?.status === 501) {
    return {
      look: onForward,
      hint: `501 is what stands in TODO 7.3 for now: ${from} knows that this is a session of ${to}, and does not hand the request on.`,
    };
  }
  const sent = () => relayed(trace, since);
  await eventually(sent, (all) => all.length > 0, TOLD_WITHIN);
  if (sent().some((one) => isOf(owner, one) && one.channel === channelOf(trace, owner))) {
    return {
      look: onOwner,
      hint: `${to} has handed on a request for a session of its own, to itself. Those are its to answer.`,
    };
  }
  const first = sent().find((one) => !isOf(owner, one));
  if (!first && edge?.upgrade && edge.status === 400) {
    return {
      look: onForward,
      hint: `Nothing was published: ${from} has answered the upgrade by itself. It goes through the tunnel, as other requests do.`,
    };
  }
  if (!first && edge?.status === 400) {
    return {
      look: onOwner,
      hint: `Nothing was published: ${from} has answered by itself. Does it see in the session id whose session that is? If so, it refuses nothing: it hands the request on, and the owner answers.`,
    };
  }
  if (!first) {
    return {
      look: onForward,
      hint: `Nothing was published: ${from} has opened a tunnel and written nothing into it.`,
    };
  }
  if (first.received === 0) {
    return { look: onSid, ...whoListens(session, channelOf(trace, owner), first.channel) };
  }
  const come = () =>
    trace.events.filter(
      (event): event is TracedRequest =>
        event.kind === "request" && event.relayed === true && event.at >= since,
    );
  const arrival = () =>
    come().find((one) => one.sid === sid && (edge === undefined || one.tag === edge.tag));
  await eventually(arrival, (found) => found !== undefined, TOLD_WITHIN);
  const arrived = arrival();
  const other = come().find(({ worker }) => worker.pid === owner.pid);
  if (!arrived && other) {
    return {
      look: onForward,
      hint: `What came to ${to} is ${other.method} ${other.path} for ${other.sid ?? "no session"}. Method, path and query go on as they were.`,
    };
  }
  if (!arrived && hasAskedItself(trace, session, since)) {
    return {
      look: onInject,
      hint: `What came out of the tunnel has come to ${to} by a connection from this machine: to it, every client is at 127.0.0.1 now. The tunnel itself is the connection to hand to this.#inner.`,
    };
  }
  if (!arrived && (edge || !(await takesHeads(app, session)))) {
    return {
      look: onInject,
      hint: `What was published has reached ${to}, and no request came of it there. this.#inner takes a connection that it is handed.`,
    };
  }
  if (!arrived) {
    return {
      look: onForward,
      hint: `${to} got the head of the request, and waits for its body. Does that go into the tunnel, too, and its end?`,
    };
  }
  if (arrived.status === 0 && arrived.method === "POST") {
    return {
      look: onForward,
      hint: `${to} got the head of the request, and the tunnel was closed before its body had come. Does that go into the tunnel, too, and its end? ${UNTIL_WHEN}`,
    };
  }
  if (arrived.status !== 0 && arrived.status !== edge?.status) {
    return {
      look: onForward,
      hint: `${to} has answered ${arrived.status}. ${comesBack(arrived, edge)}`,
    };
  }
  return { look: onForward };
}

/** The end of a request is taken for that of its client. When it comes, differs from Node to Node. */
const UNTIL_WHEN =
  "(A request closes as soon as it has been read; that its client is gone, its answer tells.)";

/** What has to become of an answer that the owner has given, and the client has not got. */
function comesBack({ status }: TracedRequest, edge: TracedRequest | undefined): string {
  if (status === 101) {
    return "What it says, and all that follows, goes from the tunnel to the client's socket, and the other way.";
  }
  return edge
    ? "That answer has to come back to the client: status, headers and body."
    : `That answer has to come back to the client, and the tunnel was closed too early. ${UNTIL_WHEN}`;
}

/** Whether its owner has got a request that another worker has got, too, but by no tunnel. */
function hasAskedItself(trace: Trace, { sid, owner }: Session, since: number): boolean {
  const seen = trace.requests.filter((one) => one.at >= since && one.sid === sid && !one.relayed);
  return seen.some(
    (one) =>
      one.worker.pid === owner.pid &&
      seen.some(({ tag, worker }) => tag === one.tag && worker.pid !== owner.pid),
  );
}

/** Where it was published, and where its owner listens. */
function whoListens({ sid, owner }: Session, own: string | undefined, other: string) {
  const name = own?.split(":").at(-1);
  const nobody = `It was published on ${other}, and nobody listens there. Worker ${owner.instance} listens on`;
  if (!name) return { hint: `${nobody} no channel of the relay.` };
  return sid.includes(name)
    ? {
        look: onOwner,
        hint: `${nobody} ${own}: its name is ${name}, and its session id ${sid} holds that.`,
      }
    : {
        hint: `${nobody} ${own}: its name is ${name}, and its session id ${sid} does not hold that.`,
      };
}

/** Whether its owner answers a request that has no body, when another worker has met it. */
async function takesHeads(app: App, { sid, owner }: Session): Promise<boolean> {
  for (let tries = 0; tries < 3; tries += 1) {
    // Refused at once by whoever has the session: it has not upgraded.
    const answer: Answer | undefined = await ask(app, { sid, transport: "websocket" }).catch(
      () => undefined,
    );
    if (answer?.traced.worker.pid === owner.pid) continue;
    return answer?.traced.code === 3;
  }
  return false;
}
