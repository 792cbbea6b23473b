import { Inconclusive } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { eventually } from "../../workshop/stage/until.ts";
import type { TracedRequest } from "../../workshop/trace/events.ts";
import { line } from "../../workshop/trace/line.ts";
import type { ChatClient, Clients } from "./clients.ts";
import { must } from "./must.ts";

/** For so long a worker waits for the owner of a session, in ms. */
const OWNER_WITHIN = 500;
/** How much later than its client a check may hear of a refusal, in ms. */
const TOLD_WITHIN = 1_000;

/**
 * Connects so many clients, one after the other. Each must come in at first try.
 *
 * @throws Inconclusive when a worker had no time to answer another: this machine is too busy then.
 */
export async function allConnect(
  app: App,
  clients: Clients,
  transports: string[],
  count: number,
): Promise<string> {
  const names = transports.join(", then ");
  for (let client = 1; client <= count; client += 1) {
    const since = Date.now();
    const attempt = await clients.tryOnce({ transports });
    if (attempt.connected) continue;
    const refusal = await refusalOf(app, ({ at }) => at >= since);
    if (refusal) mustNotBeStarved(refusal);
    must(false, {
      expected: `${count} of ${count} clients with ${names} to connect at first try`,
      seen: `client ${client} fail: ${attempt.error}${refusal ? `;  ${line(refusal, app.trace)}` : ""}`,
    });
  }
  return `${count} of ${count} with ${names}`;
}

/**
 * None of these may have lost its connection: they do not connect again.
 *
 * @throws NotYet with the reason, and the request that was refused, if one was.
 * @throws Inconclusive as `allConnect` does.
 */
export async function mustStay(app: App, clients: readonly ChatClient[]): Promise<void> {
  for (const { left, socket, sid } of clients) {
    if (left.length === 0) continue;
    const refusal = await refusalOf(app, (request) => request.sid === sid());
    if (refusal) mustNotBeStarved(refusal);
    must(false, {
      expected: "clients to stay connected while they talk",
      seen: `one on ${socket.io.opts.transports?.join(", then ")} leave: ${left.at(-1)}${refusal ? `;  ${line(refusal, app.trace)}` : ""}`,
    });
  }
}

/** The last request that was refused and is like this, once its worker has told of it. */
export function refusalOf(
  { trace }: App,
  like: (request: TracedRequest) => boolean,
): Promise<TracedRequest | undefined> {
  return eventually(
    () => trace.refused.findLast(like),
    (found) => found !== undefined,
    TOLD_WITHIN,
  );
}

/**
 * A worker that is well may still be too slow for another that waits for it.
 *
 * @throws Inconclusive when that is why a request was refused.
 */
export function mustNotBeStarved({ ms }: TracedRequest): void {
  if (ms < OWNER_WITHIN) return;
  throw new Inconclusive(
    `this machine was too busy: for ${OWNER_WITHIN} ms a worker had no answer from another`,
  );
}
