import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { NGINX_CONF } from "../../workshop/catalog.ts";
import type { Host } from "../../workshop/stage/hosts.ts";
import type { Nginx } from "../../workshop/stage/nginx.ts";
import type { AccessEntry } from "../../workshop/stage/nginx-log.ts";
import { until } from "../../workshop/stage/until.ts";
import { NotYet } from "../../workshop/problems.ts";
import { PONG, told } from "./conversation.ts";
import { onTimeouts } from "./hosts-seen.ts";
import { askEveryWorker } from "./http.ts";
import { must } from "./must.ts";

/** How long nginx may take to answer, in ms. */
const ANSWER_WITHIN = 8_000;
/** How long after its answer nginx writes of it, in ms; measured: 5. */
const LOGGED_WITHIN = 3_000;

/** A Socket.IO request by hand, over polling. */
export interface Asked {
  method?: "GET" | "POST";
  sid?: string | undefined;
  body?: string;
  headers?: Record<string, string>;
  /** From which of this machine's addresses it comes. */
  from?: string;
}

/** What came of a request, and which way it took. */
export interface Passage {
  status: number;
  body: string;
  /** The query's `t`, by which the trace knows it, too. */
  tag: string;
  entry: AccessEntry;
}

/**
 * Sends one request through nginx, on a connection of its own.
 *
 * @throws NotYet when there is no whole answer within 8 s.
 */
export async function pass(nginx: Nginx, what: Asked = {}): Promise<Passage> {
  const tag = `n${randomBytes(6).toString("hex")}`;
  const answer = await send(nginx, tag, what);
  const find = () => nginx.accessLog().find(({ uri }) => uri.includes(tag));
  const entry = await until(find, (found) => found !== undefined, {
    within: LOGGED_WITHIN,
    otherwise: () => new Error(`nginx has not written of the request ${tag}.`),
  });
  if (!entry) throw new Error("unreachable: until() gives what holds");
  return { ...answer, tag, entry };
}

function send(
  nginx: Nginx,
  tag: string,
  { method = "GET", sid, body, headers, from }: Asked,
): Promise<{ status: number; body: string }> {
  const query = new URLSearchParams({
    EIO: "4",
    transport: "polling",
    t: tag,
    ...(sid ? { sid } : {}),
  });
  return new Promise((resolve, reject) => {
    const outgoing = request(`${nginx.url}/socket.io/?${query}`, {
      method,
      agent: new Agent({ keepAlive: false, ...(from ? { localAddress: from } : {}) }),
      headers: { ...(body ? { "Content-Type": "text/plain;charset=UTF-8" } : {}), ...headers },
    });
    outgoing.setTimeout(ANSWER_WITHIN, () => {
      outgoing.destroy();
      reject(
        new NotYet({
          expected: `nginx to answer a ${method} within ${ANSWER_WITHIN / 1000} s`,
          seen: "no answer",
          look: onTimeouts,
          hint: "proxy_connect_timeout says how long nginx waits until a host takes a connection: 60 s by default. Then it asks the other one.",
        }),
      );
    });
    outgoing.on("error", (error) => {
      reject(
        new NotYet({
          expected: `nginx to answer a ${method}`,
          seen: `the connection broken off (${error.message})`,
          look: { file: NGINX_CONF },
        }),
      );
    });
    outgoing.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on("error", () => {});
      response.on("close", () => {
        if (!response.complete) reject(cutOff(method, text.length));
      });
    });
    outgoing.end(body);
  });
}

function cutOff(method: string, length: number): NotYet {
  return new NotYet({
    expected: `a whole answer to a ${method} through nginx`,
    seen: `one that breaks off after ${length} characters of its body`,
    look: { file: NGINX_CONF },
  });
}

/** Opens a session through nginx. @throws NotYet when that is refused. */
export async function openThrough(
  nginx: Nginx,
  what: Asked = {},
): Promise<Passage & { sid: string }> {
  const passage = await pass(nginx, what);
  const sid = /"sid":"([^"]+)"/.exec(passage.body)?.[1];
  if (passage.status !== 200 || !sid) {
    throw new NotYet({
      expected: "a handshake through nginx to open a session",
      seen: `${passage.status} ${passage.body.replace(/\s+/g, " ").slice(0, 120)}`,
      look: { file: NGINX_CONF },
    });
  }
  return { ...passage, sid };
}

/** How many requests of one session go through nginx. */
const REQUESTS = 8;

/**
 * Every worker of every host must answer for a session, and nginx must find it. @throws NotYet
 */
export async function mustAnswerEverywhere(
  nginx: Nginx,
  hosts: readonly Host[],
  sid: string,
): Promise<string[]> {
  for (const { name, app } of hosts) {
    const answers = await askEveryWorker(app, await app.workers(), { ...PONG, sid });
    for (const answer of answers.values()) {
      must(answer.status === 200, {
        expected: `each worker of host ${name} to answer for a session that was opened through nginx`,
        seen: told(answer),
        look: { file: "relay.ts" },
        hint: "The relay knows no hosts: its workers find each other over Redis. Have all of them the same one, and the same prefix?",
      });
    }
  }
  const met = new Set<number>();
  for (let count = 0; count < REQUESTS; count += 1) {
    const { status, body, entry } = await pass(nginx, { method: "POST", sid, body: "3" });
    must(status === 200, {
      expected: "a POST of a session to be answered through nginx",
      seen: `${status} ${body.slice(0, 80)}`,
      look: { file: NGINX_CONF },
    });
    for (const { port } of entry.asked) met.add(port);
  }
  const names = hosts.filter(({ port }) => met.has(port)).map(({ name }) => name);
  return [
    `each worker of ${hosts.length} hosts has answered for one session`,
    names.length > 1
      ? `through nginx its requests met the hosts ${names.join(" and ")}`
      : `through nginx all its requests met host ${names.join()}: it is sticky`,
  ];
}
