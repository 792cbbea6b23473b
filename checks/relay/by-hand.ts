import {
  request,
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http";
import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

/** An Engine.IO request by hand. */
export interface Question {
  method?: string;
  sid?: string | undefined;
  /** One piece goes with its length; several go in chunks. A POST without any is left open. */
  body?: string | Buffer | readonly (string | Buffer)[];
  headers?: OutgoingHttpHeaders;
  /** Without one, each request has a connection of its own. */
  agent?: Agent;
  query?: Record<string, string>;
  path?: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Place {
  port: number;
}

/** Where a session is, and who asks for it. */
export function pathOf({ sid, query, path = "/socket.io/" }: Question): string {
  const words = new URLSearchParams({ EIO: "4", transport: "polling", ...(sid ? { sid } : {}) });
  for (const [name, value] of Object.entries(query ?? {})) words.set(name, value);
  return `${path}?${words}`;
}

/** Sends a request, and does not wait for its answer: it can be aborted. */
export function begin({ port }: Place, question: Question = {}): ClientRequest {
  const { method = "GET", body, headers, agent } = question;
  const length =
    typeof body === "string" || Buffer.isBuffer(body)
      ? { "Content-Length": Buffer.byteLength(body) }
      : {};
  const outgoing = request({
    host: "127.0.0.1",
    port,
    path: pathOf(question),
    method,
    agent: agent ?? false,
    headers: {
      ...(body ? { "Content-Type": "text/plain;charset=UTF-8" } : {}),
      ...length,
      ...headers,
    },
  });
  outgoing.on("error", () => {});
  if (Array.isArray(body)) void writeAll(outgoing, body);
  else if (body !== undefined || method !== "POST") outgoing.end(body);
  return outgoing;
}

async function writeAll(into: ClientRequest, chunks: readonly (string | Buffer)[]): Promise<void> {
  for (const chunk of chunks) {
    into.write(chunk);
    await turn();
  }
  into.end();
}

/** Sends a request, and gives its answer. @throws Error when the connection is cut instead. */
export async function ask(place: Place, question: Question = {}): Promise<Answer> {
  return await answerTo(begin(place, question));
}

/** The answer to a request. @throws Error when the connection is cut instead. */
export function answerTo(outgoing: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
  });
}

/** Opens a session by polling, and gives its sid. */
export async function openSession(place: Place, question: Question = {}): Promise<string> {
  const { body } = await ask(place, question);
  return /"sid":"([^"]+)"/.exec(body)?.[1] ?? "";
}

/** Sends bytes as they are on a connection of their own, and gives all that comes back until it ends. */
export function talkRaw({ port }: Place, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let told = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => (told += chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve(told));
    socket.write(text, "latin1");
  });
}
