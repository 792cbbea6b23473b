import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { Inconclusive } from "../workshop/problems.ts";
import { until } from "../workshop/stage/until.ts";

/** How long `pm2 logs` may take to show the first line, in ms. */
const HEARD_WITHIN = 30_000;
/** What the server of 2014 writes when a session is not its own. */
export const WARNING = "client not handshaken client should reconnect";

/** One line of a worker's, as `pm2 logs` shows it: `1|app  | warn: …`. */
export interface LogLine {
  worker: number;
  text: string;
}

/** `pm2 logs`, running in a second terminal, so to say. Disposing it ends it. */
export interface Logs extends AsyncDisposable {
  /** What the workers have written since it was opened. */
  lines: () => readonly LogLine[];
  /** How many of these hold that text. */
  count: (text: string) => number;
  /** How often the warning of 2014 was written. */
  warnings: () => number;
}

/**
 * Follows the logs: `pm2 logs` is that program. It is there when it shows what a worker has written about a question of ours.
 *
 * @throws Inconclusive when it shows nothing in time.
 */
export async function followLogs(
  follower: ChildProcessByStdio<null, Readable, Readable>,
  url: string,
): Promise<Logs> {
  const ended = once(follower, "close");
  const all: LogLine[] = [];
  let rest = "";
  follower.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    all.push(...lines.flatMap((line) => parse(line) ?? []));
  });
  const ours: string[] = [];
  const isOurs = ({ text }: LogLine) => ours.some((sid) => text.includes(sid));
  await until(
    async () => {
      ours.push((await handshake(url)) ?? "");
      return all.some(isOurs);
    },
    Boolean,
    {
      within: HEARD_WITHIN,
      otherwise: () => new Inconclusive(`pm2 logs showed nothing within ${HEARD_WITHIN} ms.`),
    },
  );
  const before = all.length;
  const lines = () => all.slice(before).filter((line) => !isOurs(line));
  const count = (what: string) => lines().filter(({ text }) => text.includes(what)).length;
  return {
    lines,
    count,
    warnings: () => count(WARNING),
    async [Symbol.asyncDispose]() {
      follower.kill();
      await ended;
    },
  };
}

/** A session that meets two workers: who opened it, and who did not know it. */
export interface TornSession {
  sid: string;
  owner: number;
  stranger: number;
}

/** The sessions in the logs that were opened by one worker and came to another. */
export function tornSessions(lines: readonly LogLine[]): TornSession[] {
  const owners = new Map<string, number>();
  for (const { worker, text } of lines) {
    const [, opened] = /handshake authorized (\S+)/.exec(text) ?? [];
    if (opened) owners.set(opened, worker);
  }
  const torn = new Map<string, TornSession>();
  for (const { worker, text } of lines) {
    const [, sid = ""] = /setting request GET \/socket\.io\/1\/[\w-]+\/([^?\s]+)/.exec(text) ?? [];
    const owner = owners.get(sid);
    if (owner === undefined || owner === worker || torn.has(sid)) continue;
    torn.set(sid, { sid, owner, stranger: worker });
  }
  return [...torn.values()];
}

function parse(line: string): LogLine | undefined {
  const [, worker, text] = /^(\d+)\|[^|]*\| ?(.*)$/.exec(line.trimEnd()) ?? [];
  return worker === undefined || text === undefined ? undefined : { worker: Number(worker), text };
}

/** The first request of Socket.IO 0.9, as a client makes it. Gives the session id. */
async function handshake(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/socket.io/1/`, { headers: { connection: "close" } });
  return (await response.text()).split(":")[0];
}
