import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";

/**
 * Bare requests of long polling, each on a connection that we choose: so it is certain which of them
 * meet a worker that does not have the session.
 */
interface Session {
  sid: string;
  url: string;
  /** A connection to a worker, kept alive: that which the posts use. */
  agent: Agent;
  /** Ends all of its connections. */
  close: () => void;
}

/** The workers that the sessions of a cluster have and meet: always the same, so that they are warm. */
interface Pair {
  owner: string;
  edge: string;
}

/** So many requests, and V8 has compiled what they need. */
const WARM_UP = 800;
/** Round robin comes by every worker; among so many connections one leads elsewhere. */
const CONNECTIONS = 40;
const REFUSE_SAMPLES = 5;
const REFUSE_FOR = 1000;

const pairs = new Map<string, Pair>();
let session: Session | undefined;

/**
 * Opens a session; the posts go to its own worker, or to one that does not have it. When a cluster
 * is met for the first time, it is made warm.
 */
export async function openSession({
  url,
  isForeign,
}: {
  url: string;
  isForeign: boolean;
}): Promise<void> {
  const agents: Agent[] = [];
  const connection = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  };
  const known = pairs.get(url);
  const [own, owner] = await connectionTo(url, connection, (pid) =>
    // Sticky sends whoever comes without a session where it likes.
    known && isForeign ? pid === known.owner : true,
  );
  const polling = `${url}/socket.io/?EIO=4&transport=polling`;
  const { body } = await send("GET", polling, own);
  const { sid }: { sid: string } = JSON.parse(body.slice(1));
  await expectOk(send("POST", `${polling}&sid=${sid}`, own, "40"));
  // The session is complete when Socket.IO has said so.
  await expectOk(send("GET", `${polling}&sid=${sid}`, own));
  const [agent, edge] = isForeign
    ? await connectionTo(url, connection, (pid) => (known ? pid === known.edge : pid !== owner))
    : [own, owner];
  session = {
    sid,
    url: polling,
    agent,
    close: () => agents.forEach((opened) => opened.destroy()),
  };
  if (known) return;
  pairs.set(url, { owner, edge });
  await post({ count: WARM_UP });
}

/** A connection to a worker that will do, and the pid of that worker. */
async function connectionTo(
  url: string,
  connection: () => Agent,
  willDo: (pid: string) => boolean,
): Promise<[Agent, string]> {
  for (let tries = 0; tries < CONNECTIONS; tries += 1) {
    const agent = connection();
    const { body: pid } = await send("GET", url, agent);
    if (willDo(pid)) return [agent, pid];
    agent.destroy();
  }
  throw new Error("no connection leads to the worker that is wanted");
}

/** Sends messages that the app does not answer, one by one. Gives the time of each, in ms. */
export async function post({ count }: { count: number }): Promise<number[]> {
  if (!session) throw new Error("no session is open");
  const { sid, url, agent } = session;
  const times: number[] = [];
  while (times.length < count) {
    const start = performance.now();
    await expectOk(send("POST", `${url}&sid=${sid}`, agent, '42["tick"]'));
    times.push(performance.now() - start);
  }
  return times;
}

export function closeSession(): void {
  session?.close();
  session = undefined;
}

/** Asks for sessions that nobody has: how long until each is refused, in ms. */
export async function refuse({ url }: { url: string }): Promise<number[]> {
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < REFUSE_SAMPLES && performance.now() - begin < REFUSE_FOR) {
    const sid = randomBytes(15).toString("base64url");
    const agent = new Agent({ keepAlive: false });
    const start = performance.now();
    const { status, body } = await send(
      "GET",
      `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`,
      agent,
    );
    times.push(performance.now() - start);
    if (status !== 400) throw new Error(`an unknown session was answered by ${status} ${body}`);
  }
  return times;
}

interface Answer {
  status: number | undefined;
  body: string;
}

function send(method: string, url: string, agent: Agent, content?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers =
      content === undefined
        ? {}
        : { "Content-Type": "text/plain;charset=UTF-8", "Content-Length": content.length };
    const req = request(url, { method, agent, headers }, (res) => {
      let body = "";
      res.setEncoding("utf8").on("data", (text: string) => (body += text));
      res.on("end", () => resolve({ status: res.statusCode, body }));
      res.on("error", reject);
    });
    req.on("error", reject);
    req.end(content);
  });
}

async function expectOk(answer: Promise<Answer>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`a request was answered by ${status} ${body}`);
}
