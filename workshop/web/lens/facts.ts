import type { TracedCommand, TracedRequest, WorkerId } from "../../trace/events.ts";
import { commandLine, line, nameOf, outcome, shortSid } from "../../trace/line.ts";
import { laneIdOf, REDIS_LANE } from "./lanes.ts";
import type { LensEvent } from "./messages.ts";

/** By which the marks differ in form. */
export type Shape =
  "get" | "post" | "upgrade" | "other" | "publish" | "subscribe" | "birth" | "note";

/**
 * What became of it. `refused`: answered with an error. `gone`: the client went away before there was
 * an answer. `plain`: nothing that could succeed or fail.
 */
export type Tone = "opened" | "ok" | "refused" | "gone" | "plain";

/** What picture, table and transcript tell of one event: they tell the same, since it is this. */
export interface Fact {
  n: number;
  /** When it arrived, and when it was over, in ms since the epoch. */
  at: number;
  when: number;
  /** The lane that it is a mark on; undefined for what concerns all of them. */
  lane: string | undefined;
  shape: Shape;
  tone: Tone;
  /** `GET`, `POST`, `upgrade`, `PUBLISH`, `ready` … */
  what: string;
  /** Of a request to Socket.IO. */
  transport?: string | undefined;
  /** The status; undefined for what has none. */
  status?: number | undefined;
  /** The session that it opened or names. */
  sid?: string | undefined;
  worker?: WorkerId | undefined;
  /** The worker whose session it is. */
  owner?: WorkerId | undefined;
  ownerLane?: string | undefined;
  /** True where the session is another worker's than the one whose mark this is. */
  isForeign: boolean;
  /** True where another worker has handed it on to this one. */
  isRelayed: boolean;
  /** Whether it is about Socket.IO; the others are the page's files. */
  isEngine: boolean;
  /** What a learner should read: `Session ID unknown · worker 2 owns it`. */
  says: string;
  /** The same in the words of the terminal's trace, in one line. */
  line: string;
  event: LensEvent["event"];
}

/** Reads one event. What it has to do with others is for those who know them: see `Relays`. */
export function factOf(told: LensEvent): Fact {
  const { n, when, event } = told;
  const base = { n, at: event.at, when, event, isForeign: false, isRelayed: false };
  switch (event.kind) {
    case "request":
      return { ...base, ...requestFact(event, told.owner) };
    case "command":
      return { ...base, ...commandFact(event) };
    case "note":
      return {
        ...base,
        lane: undefined,
        shape: "note",
        tone: "plain",
        isEngine: true,
        what: "note",
        says: event.text,
        line: `— ${event.text} —`,
      };
    default: {
      const says = saidOfStart(event);
      return {
        ...base,
        lane: laneIdOf(event.worker),
        shape: "birth",
        tone: "plain",
        isEngine: true,
        worker: event.worker,
        what: event.kind === "link" ? "connects" : event.kind,
        says,
        line: `${nameOf(event.worker)}  ${says}`,
      };
    }
  }
}

type Read = Omit<Fact, "n" | "at" | "when" | "event" | "isForeign" | "isRelayed"> &
  Partial<Pick<Fact, "isForeign" | "isRelayed">>;

function requestFact(request: TracedRequest, named: WorkerId | undefined): Read {
  const { worker, transport, status, opened, message } = request;
  const owner = opened ? worker : named;
  const owners = { ownerOf: () => owner };
  const isEngine = transport !== undefined;
  return {
    lane: laneIdOf(worker),
    shape: shapeOf(request, isEngine),
    tone: toneOf(request),
    what: request.upgrade ? "upgrade" : request.method,
    transport,
    status,
    sid: opened ?? request.sid,
    worker,
    owner,
    ownerLane: owner && laneIdOf(owner),
    isForeign: owner !== undefined && laneIdOf(owner) !== laneIdOf(worker),
    isRelayed: request.relayed === true,
    isEngine,
    says: isEngine ? saysOf(request, owner) : (message ?? request.path),
    line: isEngine
      ? line(request, owners)
      : `${nameOf(worker)}  ${request.method.padEnd(4)}  ${request.path}  ${outcome(request, owners)}`,
  };
}

function shapeOf({ upgrade, method }: TracedRequest, isEngine: boolean): Shape {
  if (!isEngine) return "other";
  if (upgrade) return "upgrade";
  if (method === "GET") return "get";
  return method === "POST" ? "post" : "other";
}

function toneOf({ status, opened }: TracedRequest): Tone {
  if (status === 0) return "gone";
  if (status >= 400) return "refused";
  return opened ? "opened" : "ok";
}

/** The outcome without its status, which stands beside it. */
function saysOf(request: TracedRequest, owner: WorkerId | undefined): string {
  const { worker, message } = request;
  if (message && owner && laneIdOf(owner) === laneIdOf(worker) && owner.pid !== worker.pid) {
    return `${message} · it was the session of pid ${owner.pid}, which is gone`;
  }
  const said = outcome(request, { ownerOf: () => owner });
  return said
    .replace(/^\d{3}\s*/, "")
    .replace(/^·\s*/, "")
    .replace(/\s{2,}/g, " ");
}

function commandFact(command: TracedCommand): Read {
  const isPublish = command.command.endsWith("PUBLISH");
  const [, ...words] = commandLine(command).split(/ {2,}/);
  return {
    lane: REDIS_LANE.id,
    shape: isPublish ? "publish" : "subscribe",
    tone: "plain",
    what: command.command,
    worker: command.worker,
    isEngine: true,
    says: `${words.slice(1).join(" · ")}`,
    line: commandLine(command),
  };
}

function saidOfStart(event: Exclude<LensEvent["event"], { kind: "request" | "command" | "note" }>) {
  if (event.kind === "listening") return `listens on port ${event.port}, pid ${event.worker.pid}`;
  if (event.kind === "ready") return `is ready, pid ${event.worker.pid}`;
  return "has opened a connection to Redis";
}

/** What a person hears of a fact who does not see it, in one sentence. */
export function sentenceOf(fact: Fact): string {
  const { worker, what, transport, status, sid, owner, says, tone } = fact;
  if (fact.event.kind !== "request") return fact.line;
  const who = worker ? nameOf(worker) : "somebody";
  const request = [what, transport !== what ? transport : undefined].filter(Boolean).join(" ");
  if (tone === "opened")
    return `${who} answers ${request} with ${status} and opens ${shortSid(sid)}`;
  if (tone === "refused") {
    const of = sid ? ` of session ${shortSid(sid)}` : "";
    const belongs = fact.isForeign && owner ? `; the session belongs to ${nameOf(owner)}` : "";
    const why = says.split(" · ")[0];
    return `${who} refuses ${request}${of} with ${status}: ${why}${belongs}`;
  }
  if (tone === "gone") return `${who} has ${request} unanswered: the client went away`;
  return `${who} answers ${request}${sid ? ` of session ${shortSid(sid)}` : ""} with ${status}${says ? `: ${says}` : ""}`;
}
