import { wrap } from "../text.ts";
import type { Trace } from "./collector.ts";
import type { TracedCommand, TracedRequest } from "./events.ts";

/** A session id as it is printed: enough of it to tell sessions apart. */
export function shortSid(sid: string | undefined): string {
  return sid ? sid.slice(0, 6) : "–";
}

/** What kind of request it is, as a learner names it: GET, POST or the upgrade to a WebSocket. */
function verb(request: TracedRequest): string {
  return request.upgrade ? "WS" : request.method;
}

/**
 * One request in one line of plain text, as the terminal and the verdict show it:
 *
 *     worker 1  POST  polling    sid u3KxQa  400  Session ID unknown · worker 0 owns it
 */
export function line(request: TracedRequest, trace: Trace): string {
  return [
    `worker ${request.worker.instance}`,
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
    worker ? `worker ${worker.instance}` : "somebody",
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

/** The status, and what it means for the session. */
export function outcome(request: TracedRequest, trace: Trace): string {
  if (request.status === 0) return "the client went away";
  const parts = [String(request.status)];
  if (request.opened) parts.push(`opens ${shortSid(request.opened)}`);
  if (request.message) parts.push(request.message);
  const owner = trace.ownerOf(request.sid);
  if (request.status >= 400 && owner) {
    const isOwner = owner.pid === request.worker.pid;
    parts.push(isOwner ? "· its session has ended" : `· worker ${owner.instance} owns it`);
  }
  return parts.join("  ");
}

/**
 * The same line for a terminal that is too narrow for it: without what can be spared, and broken
 * where it still does not fit. What was answered is never cut off.
 */
export function fit(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const short = text
    .replace(/^worker (\d+)/, "w$1")
    .replace(/ +(polling|websocket) +sid /, " ")
    .replace(/ {2,}/g, " ");
  return wrap(short, width);
}
