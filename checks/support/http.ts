import { randomBytes } from "node:crypto";
import { request, type Agent, type IncomingHttpHeaders } from "node:http";
import { SERVER } from "../../workshop/catalog.ts";
import { NotYet } from "../../workshop/problems.ts";
import type { App } from "../../workshop/stage/app.ts";
import { until } from "../../workshop/stage/until.ts";
import type { TracedRequest, WorkerId } from "../../workshop/trace/events.ts";
import { findHang } from "./vitals.ts";

/** How long a local server may take to answer one request, in ms. */
const ANSWER_WITHIN = 5_000;

/** A Socket.IO request by hand: which session, over which transport, with which body. */
export interface EngineRequest {
  method?: "GET" | "POST";
  sid?: string | undefined;
  body?: string;
  upgrade?: boolean;
  /** What the query names; by default what fits the rest. */
  transport?: string;
  /** Whose connections it may go on, and stay open on; by default it has one of its own. */
  agent?: Agent;
  /** Gives it up. */
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  body: string;
  headers: IncomingHttpHeaders;
  /** What the worker reported that answered it. */
  traced: TracedRequest;
}

/**
 * Sends one Socket.IO request on a connection of its own. Node's cluster balances connections, not
 * requests: on a kept-alive connection every request would meet the same worker.
 *
 * @throws NotYet when nothing answers within 5 s.
 */
export async function ask(app: App, what: EngineRequest = {}): Promise<Answer> {
  const tag = `c${randomBytes(6).toString("hex")}`;
  const reply = await send(app, tag, what);
  const traced = await until(
    () => app.trace.tagged(tag),
    (found) => found !== undefined,
    {
      within: ANSWER_WITHIN,
      otherwise: () => new Error(`No worker has reported the request ${tag}.`),
    },
  );
  if (!traced) throw new Error("unreachable: until() gives what holds");
  return { ...reply, traced };
}

function send(
  app: App,
  tag: string,
  { method = "GET", sid, body, upgrade, transport, agent, signal }: EngineRequest,
): Promise<Omit<Answer, "traced">> {
  const what = upgrade ? "a WebSocket's" : method;
  const query = new URLSearchParams({
    EIO: "4",
    transport: transport ?? (upgrade ? "websocket" : "polling"),
    t: tag,
    ...(sid ? { sid } : {}),
  });
  const headers = upgrade
    ? {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
      }
    : {
        ...(agent ? {} : { Connection: "close" }),
        ...(body ? { "Content-Type": "text/plain;charset=UTF-8" } : {}),
      };

  return new Promise((resolve, reject) => {
    const outgoing = request(`${app.url}/socket.io/?${query}`, {
      method,
      headers,
      agent: agent ?? false,
      ...(signal ? { signal } : {}),
    });
    outgoing.setTimeout(ANSWER_WITHIN, () => {
      // Its end is none of the server's making.
      outgoing.removeAllListeners("error").on("error", () => {});
      outgoing.destroy();
      void noAnswer(app, what).then(reject, reject);
    });
    outgoing.on("error", (error) => {
      reject(
        new NotYet({
          expected: `an answer to ${what} /socket.io/`,
          seen: `the connection broken off (${error.message})`,
          look: { file: SERVER },
          hint: error.message.includes("ECONNREFUSED")
            ? "Without a host, httpServer.listen(PORT) takes every address; with one, that alone."
            : undefined,
        }),
      );
    });
    outgoing.on("upgrade", (response, socket) => {
      resolve({ status: response.statusCode ?? 0, body: "", headers: response.headers });
      socket.destroy();
    });
    outgoing.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers });
      });
      response.on("close", () => {
        if (!response.complete) reject(cutOff(method, text.length));
      });
    });
    outgoing.end(body);
  });
}

function cutOff(method: string, length: number): NotYet {
  return new NotYet({
    expected: `a whole answer to ${method} /socket.io/`,
    seen: `one that breaks off after ${length} characters of its body`,
    look: { file: SERVER },
  });
}

async function noAnswer(app: App, what: string): Promise<NotYet> {
  const none = new NotYet({
    expected: `an answer to ${what} /socket.io/ within ${ANSWER_WITHIN / 1000} s`,
    seen: "none",
    look: { file: SERVER },
  });
  return (await findHang(app)) ?? none;
}

/** Opens a session by hand and gives its sid with the worker that owns it. */
export async function handshake(
  app: App,
): Promise<{ sid: string; owner: WorkerId; answer: Answer }> {
  const answer = await ask(app);
  const sid = answer.traced.opened;
  if (answer.status !== 200 || !sid) {
    throw new NotYet({
      expected: 'GET /socket.io/?EIO=4&transport=polling to open a session: 200 and 0{"sid":…}',
      seen: `${answer.status} ${answer.body.startsWith("<") ? "and a page" : answer.body.slice(0, 120)}`,
      look: answer.traced.code === 0 ? { file: SERVER } : undefined,
      hint:
        answer.status === 404
          ? "404 comes from Express: Socket.IO does not answer /socket.io/. Is it attached to httpServer, and is it httpServer that listens, not app?"
          : answer.traced.code === 0
            ? "Transport unknown: the server does not take polling. Leave transports as they are by default."
            : undefined,
    });
  }
  return { sid, owner: answer.traced.worker, answer };
}

/**
 * Sends the same request, each time on a fresh connection, until every worker has answered it once.
 * Gives the first answer of each, by instance. Round robin meets them all in turn; the bound is for
 * clusters that balance otherwise.
 *
 * @throws NotYet when some workers are never met.
 */
export async function askEveryWorker(
  app: App,
  workers: readonly { instance: number }[],
  what: EngineRequest,
): Promise<Map<number, Answer>> {
  const answers = new Map<number, Answer>();
  for (let tries = 0; answers.size < workers.length && tries < workers.length * 10; tries += 1) {
    const answer = await ask(app, what);
    if (!answers.has(answer.traced.worker.instance)) {
      answers.set(answer.traced.worker.instance, answer);
    }
  }
  if (answers.size < workers.length) {
    throw new NotYet({
      expected: `all ${workers.length} workers to answer on port ${app.port}`,
      seen: `answers only of ${[...answers.keys()].map((n) => `worker ${n}`).join(", ")}`,
      look: { file: "ecosystem.config.cjs" },
    });
  }
  return answers;
}
