import { shortSid } from "../../trace/line.ts";
import { laneIdOf } from "./lanes.ts";
import type { Fact } from "./facts.ts";

/** What is shown of all that is kept. */
export interface Filter {
  /** Only this session, and what concerns all. */
  sid?: string | undefined;
  /** Only this lane, what other workers did with its sessions, and what concerns all. */
  lane?: string | undefined;
  /** Only refusals. */
  refused: boolean;
  /** The page's files, too. */
  files: boolean;
  /** What Redis was told. */
  redis: boolean;
  /** That workers listen and are ready, and what was done to them. */
  starts: boolean;
}

export const SHOW_ALL: Filter = { refused: false, files: false, redis: true, starts: true };

/**
 * Whether a fact is to be shown.
 *
 * @param carries the session whose request a command to Redis has carried
 */
export function isShown(
  fact: Fact,
  { sid, lane, refused, files, redis, starts }: Filter,
  carries?: (fact: Fact) => string | undefined,
): boolean {
  const { shape, event } = fact;
  if (shape === "note") return starts;
  if (shape === "birth") {
    if (!starts || event.kind === "link") return false;
    return !refused && sid === undefined && (lane === undefined || fact.lane === lane);
  }
  if (event.kind === "command") {
    if (!redis || refused) return false;
    if (sid !== undefined) return carries?.(fact) === sid;
    return lane === undefined || lane === fact.lane || isBy(fact, lane);
  }
  if (!fact.isEngine && !files) return false;
  if (refused && fact.tone !== "refused") return false;
  if (sid !== undefined && fact.sid !== sid) return false;
  return lane === undefined || fact.lane === lane || fact.ownerLane === lane;
}

function isBy({ worker }: Fact, lane: string): boolean {
  return worker !== undefined && laneIdOf(worker) === lane;
}

/** The filter in words, for whoever reads a transcript; undefined when nothing is left out. */
export function describeFilter({ sid, lane, refused, files, redis, starts }: Filter): string {
  const only = [
    refused ? "refusals" : undefined,
    sid === undefined ? undefined : `session ${shortSid(sid)}`,
    lane === undefined ? undefined : `lane ${lane}`,
  ].filter((part) => part !== undefined);
  const without = [
    files ? undefined : "the page's files",
    redis ? undefined : "Redis",
    starts ? undefined : "starts and notes",
  ].filter((part) => part !== undefined);
  return [
    only.length > 0 ? `only ${only.join(", ")}` : "all",
    without.length > 0 ? `without ${without.join(", ")}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}
