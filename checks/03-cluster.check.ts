import type { Page } from "playwright";
import { SERVER } from "../workshop/catalog.ts";
import { NotYet } from "../workshop/problems.ts";
import type { App } from "../workshop/stage/app.ts";
import type { Trace } from "../workshop/trace/collector.ts";
import type { TracedRequest } from "../workshop/trace/events.ts";
import { line } from "../workshop/trace/line.ts";
import { check } from "./support/check.ts";
import { requireCluster } from "./support/cluster.ts";
import { readFindings, type Findings } from "./support/findings.ts";
import { askEveryWorker, type Answer } from "./support/http.ts";
import { must } from "./support/must.ts";
import { readState } from "./support/room.ts";
import { openSessions, type Session } from "./support/sessions.ts";
import { eventually } from "../workshop/stage/until.ts";

/** Enough clients, one after the other, that luck cannot pass for a break. */
const CLIENTS = 40;
/** Measured: with four workers none of 40 connects; with two, up to 5 do. */
const AT_MOST = 4;
/** What the learner may have measured: with other clients about, a few more connect. */
const AT_MOST_SHARE = 0.25;
/**
 * The page's files travel over several connections, and the browser takes any of them for the
 * handshake: measured, one page load in five meets its own worker all the way.
 */
const PAGES = 12;

check(
  "four workers share one port",
  { look: { file: "ecosystem.config.cjs", todo: "3.1" }, blocks: true },
  async ({ app, step, show }) => {
    const workers = await requireCluster(app, step);
    const answers = await askEveryWorker(app, workers, {});
    const refusal = [...answers.values()].find(({ status }) => status !== 200);
    must(!refusal, {
      expected: "each worker to open a session by polling",
      seen: `${refusal?.status} ${refusal?.traced.message ?? ""}`.trim(),
      look: { file: SERVER },
      hint: "This step is about the default transports. To choose others is the next step.",
    });
    show(...[...answers.values()].map(({ traced }) => traced));
  },
);

check(
  "a session is known to its own worker only",
  { look: { file: "ecosystem.config.cjs", todo: "3.1" } },
  async ({ app, show }) => {
    const workers = await app.workers();
    const sessions = await tearApart(app, workers, ({ sid, owner }, posts) => {
      for (const [instance, { status, traced }] of posts) {
        const isOwner = instance === owner.instance;
        must(isOwner ? status === 200 : status === 400 && traced.code === 1, {
          expected: `worker ${owner.instance}, who opened session ${sid.slice(0, 6)}, to answer 200 and every other 400 "Session ID unknown"`,
          seen: `worker ${instance} answer ${status} ${traced.message ?? ""}`.trim(),
          look: { file: SERVER },
          hint: "In this step nothing is mended yet: no sticky sessions, no shared adapter.",
        });
      }
    });
    const [first] = sessions;
    if (first) show(...app.trace.of(first.sid).slice(0, workers.length + 1));
  },
);

/**
 * Asks every worker for sessions that it may not know, in each of the three ways. Each worker has one
 * of them, so that the trace sees every pair of owner and refuser. What came of the POSTs is judged
 * before more is asked.
 */
async function tearApart(
  app: App,
  workers: readonly { instance: number }[],
  judge: (session: Session, posts: Map<number, Answer>) => void = () => {},
): Promise<Session[]> {
  const sessions = await openSessions(app, workers);
  for (const session of sessions) {
    const { sid } = session;
    judge(session, await askEveryWorker(app, workers, { method: "POST", sid, body: "40" }));
    await askEveryWorker(app, workers, { method: "GET", sid });
    await askEveryWorker(app, workers, { sid, upgrade: true });
  }
  return sessions;
}

check(
  `of ${CLIENTS} clients, one after the other, hardly any connects`,
  { look: { file: "ecosystem.config.cjs", todo: "3.1" } },
  async ({ clients, show }) => {
    const errors = new Map<string, number>();
    let connected = 0;
    for (let client = 0; client < CLIENTS; client += 1) {
      const attempt = await clients.tryOnce();
      if (attempt.connected) connected += 1;
      else errors.set(attempt.error, (errors.get(attempt.error) ?? 0) + 1);
    }
    const reasons = [...errors].map(([error, count]) => `${count} × ${error}`).join(", ");
    show(`${connected} of ${CLIENTS} connected at first try${reasons ? `; ${reasons}` : ""}`);
    must(connected <= AT_MOST, {
      expected: `at most ${AT_MOST} of ${CLIENTS} clients to connect at first try, since the handshake is torn apart`,
      seen: `${connected} that connected`,
      hint: "Is the app a cluster, and are the transports the default ones? This step is about the break, not its repair.",
    });
  },
);

check(
  "a browser meets the break, too",
  { look: { file: "ecosystem.config.cjs", todo: "3.1" } },
  async ({ app, pages, show }) => {
    for (let count = 1; count <= PAGES; count += 1) {
      const since = app.trace.requests.length;
      const page = await pages.open();
      const refusal = await foreignRefusal(app.trace, since, page);
      if (!refusal) continue;
      show(...app.trace.of(refusal.sid ?? "").slice(0, 1), refusal);
      const { state } = await readState(page);
      show(`page ${count} of at most ${PAGES}, which shows "${state}" at this moment`);
      return;
    }
    throw new NotYet({
      expected: `a request refused within ${PAGES} fresh pages, for a session that another worker owns`,
      seen: `no such refusal; ${app.trace.refused.length} requests refused in all`,
    });
  },
);

/**
 * A refusal since that moment, of a session that another worker owns. Undefined when the page has
 * come through to a WebSocket, or when nothing was refused for 2 s.
 */
async function foreignRefusal(
  trace: Trace,
  since: number,
  page: Page,
): Promise<TracedRequest | undefined> {
  const find = () =>
    trace.requests.slice(since).find(({ status, sid, worker }) => {
      const owner = trace.ownerOf(sid);
      return status === 400 && owner !== undefined && owner.instance !== worker.instance;
    });
  const isThrough = async () => (await readState(page)).transport === "websocket";
  await eventually(
    async () => find() !== undefined || (await isThrough()),
    (settled) => settled,
    2_000,
  );
  return find();
}

check(
  "findings.json describes the break",
  { look: { file: "findings.json", todo: "3.2" } },
  async ({ app, dir, step, show }) => {
    const findings = readFindings(dir);
    const { owner, refusedBy, request, status, code, share } = findings;

    // The checks before this one have seen to that, unless it runs alone.
    if (!app.trace.refused.some(({ sid }) => app.trace.ownerOf(sid))) {
      await tearApart(app, await app.workers());
    }
    const seen = app.trace.refused.filter(({ sid }) => app.trace.ownerOf(sid));
    const match = seen.find(
      (refusal) =>
        app.trace.ownerOf(refusal.sid)?.instance === owner &&
        refusal.worker.instance === refusedBy &&
        (refusal.upgrade ? "UPGRADE" : refusal.method) === request &&
        refusal.status === status &&
        (refusal.code ?? 1) === code,
    );
    const example = seen.find((refusal) => !refusal.upgrade) ?? seen[0];
    must(match !== undefined, {
      expected: "findings.json to describe a refusal as the trace sees them",
      seen: `worker ${refusedBy} refusing a ${request} for a session of worker ${owner} with ${status} and code ${code}, which never happened`,
      hint: [
        ...whyNever(findings, step.workers),
        ...(example ? [`One that did happen:  ${line(example, app.trace)}`] : []),
      ].join(" "),
    });
    must(share >= 0 && share <= AT_MOST_SHARE, {
      expected: `share to be the part of ${CLIENTS} clients that connected at first try, which was ${AT_MOST_SHARE} at the most wherever it was measured`,
      seen: String(share),
      hint:
        share > 1
          ? `It is neither a count nor a percentage: 3 of ${CLIENTS} clients are ${3 / CLIENTS}.`
          : "It counts those that did connect. npx tsx forty-clients.ts in the step's folder counts them, and says the share.",
    });
    show(match);
  },
);

/** What cannot be in findings that are true. */
function whyNever({ owner, refusedBy, status, code }: Findings, workers: number): string[] {
  if ([owner, refusedBy].some((number) => !Number.isInteger(number) || number < 0)) {
    return [`Workers have numbers, from 0 to ${workers - 1}.`];
  }
  if (Math.max(owner, refusedBy) >= workers) {
    return [`Workers have numbers from 0 to ${workers - 1}; a pid is another thing.`];
  }
  if (owner === refusedBy) {
    return [
      "The owner knows its session. Who refuses is another one, and stands first in the line.",
    ];
  }
  if (status !== 400) return ["The status is the HTTP status of the refusal: 400."];
  if (code !== 1) {
    return [
      "The code is Engine.IO's, in the body of the refusal: curl shows it. It is not the status.",
    ];
  }
  return [];
}
