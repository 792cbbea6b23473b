import { SERVER } from "../../workshop/catalog.ts";
import { NotYet, type Finding } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { explainCrash, withoutPm2 } from "../../workshop/stage/crash.ts";
import type { Worker } from "../../workshop/stage/pm2.ts";

/** How long a living server may take to answer a plain request, in ms. */
const ANSWER_WITHIN = 2_000;

/** What an app was like when it had come up. */
export interface Vitals {
  pids: number[];
}

export async function takeVitals(app: App): Promise<Vitals> {
  const workers = await app.workers();
  return { pids: workers.map(({ pid }) => pid) };
}

/**
 * Looks, after a check has failed, whether the app died or hangs: then that is what is the matter,
 * and not what the check was about. Gives nothing when it is well.
 */
export async function findDeath(app: App, before: Vitals): Promise<NotYet | undefined> {
  const workers = await app.workers();
  const survives = workers.filter(
    ({ pid, state }) => state === "online" && before.pids.includes(pid),
  );
  if (survives.length < before.pids.length) {
    const said = withoutPm2(app.output.err).trim();
    const exit = app.trace.exits().findLast(({ worker }) => before.pids.includes(worker.pid));
    const silent = exit
      ? `that it ended with exit code ${exit.code}`
      : "that it ended without a word";
    const { finding } = explainCrash(said || silent, app.dir);
    return new NotYet({ ...finding, expected: "the server to live on" });
  }
  return findHang(app);
}

/**
 * A worker has died in a check that is about just that, or it is known why none answers: nothing needs to
 * be looked for behind it.
 */
export class Death extends NotYet {}

/**
 * Does something that the workers of an app must survive. Of one that dies, its clients only know
 * that it does not answer; so whatever goes wrong, it is asked first whether all are still there.
 *
 * @param explain what else is known of such a death, by what was printed
 * @throws Death with the last words of a worker that has died; else what the act throws.
 */
export async function survives(
  app: App,
  before: readonly Worker[],
  fault: string,
  act: () => Promise<void>,
  explain: (said: string) => Pick<Finding, "look" | "hint"> = () => ({}),
): Promise<void> {
  let failure: unknown;
  try {
    await act();
  } catch (error) {
    failure = error;
  }
  const now = await app.workers();
  const dead = before.find(
    ({ pid }) => !now.some((worker) => worker.pid === pid && worker.state === "online"),
  );
  if (!dead) {
    if (failure !== undefined) throw failure;
    return;
  }
  const said = withoutPm2(app.output.err).trim() || "that it ended without a word";
  const { finding } = explainCrash(said, app.dir);
  throw new Death({
    ...finding,
    expected: `no worker to die of ${fault}`,
    seen: `worker ${dead.instance} die: ${finding.seen}`,
    look: finding.look?.line ? finding.look : undefined,
    hint: deathHint(finding.seen) ?? finding.hint,
    ...explain(said),
    blocks: false,
  });
}

/** What a client of Redis says when nobody listens to its errors, or to a rejection. */
function deathHint(seen: string): string | undefined {
  return /ECONNRE|Socket closed|client is (offline|closed)|SocketClosed|Disconnects/i.test(seen)
    ? 'Each client needs a listener for "error", and each promise that it gives somebody who catches.'
    : undefined;
}

/** Looks whether an app does nothing but work and answers nobody. */
export async function findHang(app: App): Promise<NotYet | undefined> {
  // Work is measured from one look to the next.
  await app.workers();
  if (await responds(app.url)) return undefined;
  const busy = (await app.workers()).find(({ cpu }) => cpu > 40);
  if (!busy) return undefined;
  return new NotYet({
    expected: "the server to go on answering",
    seen: `that worker ${busy.instance} (pid ${busy.pid}) is busy without end and answers nobody`,
    look: { file: SERVER },
    hint: "While a loop runs, Node does nothing else. Which loop does not end?",
    blocks: true,
  });
}

async function responds(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN) });
    return true;
  } catch {
    return false;
  }
}
