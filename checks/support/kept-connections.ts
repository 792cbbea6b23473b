import { Agent } from "node:http";
import type { App } from "../../workshop/stage/app.ts";
import { PONG } from "./conversation.ts";
import { ask } from "./http.ts";
import { must } from "./must.ts";
import { onForward } from "./relay-seen.ts";
import type { Session } from "./sessions.ts";

/**
 * A client that wants to keep its connection must be allowed to, whoever answers it. Gives what was
 * seen.
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
    }
  } finally {
    for (const agent of agents) agent.destroy();
  }
  return seen;
}
