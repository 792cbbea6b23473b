import { Agent } from "node:http";
import type { App } from "../../workshop/stage/app.ts";
import { eventually } from "../../workshop/stage/until.ts";
import { PONG } from "./conversation.ts";
import { ask } from "./http.ts";
import { must } from "./must.ts";
import { onForward } from "./relay-seen.ts";
import type { Session } from "./sessions.ts";
import { warningsIn } from "./warnings.ts";

/** More than the listeners that Node takes for a leak, which are eleven. */
const REQUESTS = 15;
/** How long a warning may take from a worker's error log to us, in ms. */
const WARNED_WITHIN = 300;

/**
 * A client that wants to keep its connection must be allowed to, whoever answers it, and many requests
 * on one connection must leave nothing behind there. Gives what was seen.
 *
 * @throws NotYet
 */
export async function mustKeepConnections(app: App, { sid }: Session): Promise<string[]> {
  const agents = [1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  const seen: string[] = [];
  try {
    // Of two connections at least one is to another worker than the owner.
    for (const agent of agents) {
      const { headers, traced } = await ask(app, { ...PONG, sid, agent });
      must(headers.connection !== "close", {
        expected: "a client that wants to keep its connection to be allowed to",
        seen: `worker ${traced.worker.instance} answer with "Connection: close"`,
        look: onForward,
        hint: "That is what the owner says of the tunnel. endToEnd leaves out what is said of one connection.",
      });
      seen.push(`worker ${traced.worker.instance} answers "Connection: ${headers.connection}"`);
      for (let more = 1; more < REQUESTS; more += 1) await ask(app, { ...PONG, sid, agent });
    }
    const warnings = () => warningsIn(app.output.err);
    await eventually(warnings, ({ length }) => length > 0, WARNED_WITHIN);
    const [warning] = warnings();
    must(warning === undefined, {
      expected: `no warning in the app's error log after ${REQUESTS} requests on one connection`,
      seen: `"${warning?.slice(0, 200)}"`,
      look: onForward,
      hint: "A connection outlives a request, and so does what listens to it. That a client is gone is heard on the answer: res.",
    });
    seen.push(
      `${REQUESTS} requests on each of ${agents.length} connections; no warning in the log`,
    );
  } finally {
    for (const agent of agents) agent.destroy();
  }
  return seen;
}
