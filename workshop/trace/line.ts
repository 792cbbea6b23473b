import { wrap } from "../text.ts";
import type { Trace } from "./collector.ts";
import type { TracedCommand, TracedRequest, WorkerId } from "./events.ts";

/** Whoever knows which worker a session belongs to. */
export type Owners = Pick<Trace, "ownerOf">;

/** What Engine.IO says of a session that it has not, or no longer. */
const UNKNOWN = "Session ID unknown";

/** A session id as it is printed: enough of it to tell sessions apart. */
export function shortSid(sid: string | undefined): string {
  return sid ? sid.slice(0, 6) : "–";
}

/** How a worker is called: `worker 1`, or `host b, worker 1`. */
export function nameOf({ host, instance }: Pick<WorkerId, "host" | "instance">): string {
  return `${host ? `host ${host}, ` : ""}worker ${instance}`;
}

/** What kind of request it is, as a learner names it: GET, POST or the upgrade to a WebSocket. */
function verb(request: TracedRequest): string {
  return request.upgrade ? "WS" : request.method;
}

/**
 * One request in one line of plain text, as the terminal and the verdict show it:
 *
 *     worker 1  POST  polling    sid u3KxQa  400  Session ID unknown  · worker 0 owns it
 *
 * One that was handed on to the owner of its session is reported by both workers:
 *
 *     worker 0  POST  polling    sid u3KxQa  200  · through another worker
 *     worker 1  POST  polling    sid u3KxQa  200  · worker 0 answered
 */
export function line(request: TracedRequest, trace: Owners): string {
  return [
    nameOf(request.worker),
    verb(request).padEnd(4),
    (request.transport ?? "").padEnd(9),
    `sid ${shortSid(request.sid).padEnd(6)}`,
    outcome(request, trace),
  ].join("  ");
}

/** Commands by names that are as short as those of the requests. */
const SHORT: Record<string, string> = {
  PUBLISH: "PUB",
  SPUBLISH: "PUB",
  SUBSCRIBE: "SUB",
  SSUBSCRIBE: "SUB",
  PSUBSCRIBE: "PSUB",
};

/**
 * What Redis was told, in one line:
 *
 *     worker 1  PUB   chat:said  118 bytes, 4 received it
 */
export function commandLine(command: TracedCommand): string {
  const { worker, bytes, received } = command;
  const parts = [
    worker ? nameOf(worker) : "somebody",
    (SHORT[command.command] ?? command.command).padEnd(4),
    readable(command.channel),
  ];
  if (bytes !== undefined) {
    parts.push(`${bytes} bytes${received === undefined ? "" : `, ${received} received it`}`);
  }
  return parts.join("  ");
}

/** A channel is called as its publisher likes; a terminal must not take part of it for orders. */
function readable(channel: string): string {
  return channel.replace(
    /[\p{Cc}\p{Cf}]/gu,
    (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** The status, what it means for the session, and which other worker had a part in it. */
export function outcome(request: TracedRequest, trace: Owners): string {
  const { status, opened, message, relayed } = request;
  const parts = [status === 0 ? "the client went away" : String(status)];
  if (opened) parts.push(`opens ${shortSid(opened)}`);
  if (message) parts.push(message);
  const remarks = [sessionRemark(request, trace), relayed ? "through another worker" : undefined];
  const said = remarks.filter((remark) => remark !== undefined).join(", ");
  if (said) parts.push(`· ${said}`);
  return parts.join("  ");
}

/** What the session's owner has to do with the outcome, where that is worth a word. */
function sessionRemark(request: TracedRequest, trace: Owners): string | undefined {
  const { status, sid, message, worker } = request;
  const owner = trace.ownerOf(sid);
  if (status === 0 || !owner) return undefined;
  if (owner.pid === worker.pid) {
    return message === UNKNOWN ? "its session has ended" : undefined;
  }
  return `${nameOf(owner)} ${status >= 400 ? "owns it" : "answered"}`;
}

/**
 * The same line for a terminal that is too narrow for it: without what can be spared, and broken
 * where it still does not fit. What was answered is never cut off.
 */
export function fit(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const short = text
    .replace(/^host (\S+), /, "$1 ")
    .replace(/^(\S+ )?worker (\d+)/, "$1w$2")
    .replace(/ +(polling|websocket) +sid /, " ")
    .replace(/ {2,}/g, " ");
  return wrap(short, width);
}
