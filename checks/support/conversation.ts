import type { App } from "../../workshop/stage/app.ts";
import type { TracedRequest } from "../../workshop/trace/events.ts";
import { ask, askEveryWorker, type Answer, type EngineRequest } from "./http.ts";
import { must } from "./must.ts";
import { explained, onForward, whyNotRelayed } from "./relay-seen.ts";
import type { Session } from "./sessions.ts";

type Workers = readonly { instance: number }[];

/** What a client sends to show that it is there. It changes nothing, and has no answer of its own. */
export const PONG = { method: "POST", body: "3" } as const;

/**
 * Sends a request of a session to every worker; each must answer with this status.
 *
 * @throws NotYet with the cause, as far as it can be seen.
 */
export async function askForAll(
  app: App,
  workers: Workers,
  session: Session,
  what: Omit<EngineRequest, "sid">,
  status: number,
): Promise<Map<number, Answer>> {
  const since = Date.now();
  const all = await explained(app, session, () =>
    askEveryWorker(app, workers, { ...what, sid: session.sid }),
  );
  for (const answer of all.values()) await mustBe(app, session, answer, status, since);
  return all;
}

/** Which request of a session each worker has taken, by instance. */
export interface Conversation {
  posts: Map<number, TracedRequest>;
  polls: Map<number, TracedRequest>;
}

/**
 * Connects in a session by hand, and talks in it until every worker has taken a POST of it, and has
 * answered a poll. What is posted must be acknowledged in a poll, whoever answers that.
 *
 * @throws NotYet with the cause, as far as it can be seen.
 */
export async function talkThroughAll(
  app: App,
  workers: Workers,
  session: Session,
): Promise<Conversation> {
  const posts = new Map<number, TracedRequest>();
  const polls = new Map<number, TracedRequest>();
  /** What the answers to polls say of their bodies, by pid. */
  const types = new Map<number, string | undefined>();
  const send = async (body?: string): Promise<Answer> => {
    const since = Date.now();
    const what = { sid: session.sid, ...(body ? { method: "POST" as const, body } : {}) };
    const answer = await explained(app, session, () => ask(app, what));
    await mustBe(app, session, answer, 200, since);
    (body ? posts : polls).set(answer.traced.worker.instance, answer.traced);
    if (!body) types.set(answer.traced.worker.pid, answer.headers["content-type"]);
    return answer;
  };

  await send("40");
  const isDone = () => Math.min(posts.size, polls.size) === workers.length;
  for (let round = 0; round < workers.length * 5 && !isDone(); round += 1) {
    // Three at a time: where workers take turns, each gets each of them.
    await send(`42${round * 2}["say","first of ${round}"]`);
    await send(`42${round * 2 + 1}["say","second of ${round}"]`);
    await mustCome(() => send(), [`43${round * 2}[`, `43${round * 2 + 1}[`]);
  }
  must(isDone(), {
    expected: `POST and GET of one session to be met by ${workers.length} workers`,
    seen: `POST met by ${posts.size}, GET by ${polls.size}`,
    look: { file: "ecosystem.config.cjs" },
  });
  mustBeAlike(session, types);
  return { posts, polls };
}

/** Whoever answers a poll, its headers are those that the owner gives. */
function mustBeAlike({ owner }: Session, types: ReadonlyMap<number, string | undefined>): void {
  const own = types.get(owner.pid);
  const other = [...types.values()].find((type) => type !== own);
  must(
    [...types.values()].every((type) => type === own),
    {
      expected: `an answer to a poll to have the owner's headers, as Content-Type: ${own}, whichever worker gives it`,
      seen: `one with ${other ? `Content-Type: ${other}` : "no Content-Type"}`,
      look: onForward,
      hint: "An answer is a status, headers and a body. endToEnd(answer.rawHeaders) are the headers that go on to the client.",
    },
  );
}

/** Polls until all of this has come: something else may have been on its way before. */
async function mustCome(poll: () => Promise<Answer>, wanted: readonly string[]): Promise<void> {
  let come = "";
  for (let polls = 0; polls < 5 && !wanted.every((part) => come.includes(part)); polls += 1) {
    const answer = await poll();
    must(answer.body !== "", {
      expected: "what the owner answers to a poll to come back through another worker",
      seen: `${told(answer)} without a body`,
      look: onForward,
      hint: "An answer is a stream, too: it is piped into the one that the client gets.",
    });
    come += answer.body;
  }
}

async function mustBe(
  app: App,
  session: Session,
  answer: Answer,
  status: number,
  since: number,
): Promise<void> {
  if (answer.status === status) return;
  const { method, upgrade } = answer.traced;
  must(false, {
    expected: `every worker to answer ${upgrade ? "an upgrade" : `a ${method}`} for a session of worker ${session.owner.instance} with ${status}`,
    seen: told(answer),
    ...(await whyNotRelayed(app, session, since, answer.traced)),
  });
}

/** `worker 1 answer 400 Session ID unknown`. */
export function told({ status, traced }: Answer): string {
  return `worker ${traced.worker.instance} answer ${status} ${traced.message ?? ""}`.trim();
}
