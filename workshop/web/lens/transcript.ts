import { REDIS_LANE, type Lane } from "./lanes.ts";
import type { Fact } from "./facts.ts";
import type { LensStep } from "./messages.ts";

/** What a transcript is made of. */
export interface Shown {
  step: LensStep | undefined;
  lanes: readonly Lane[];
  /** The process that was last heard in each lane. */
  pids: ReadonlyMap<string, { pid?: number | undefined }>;
  /** Those that are shown, oldest first. */
  facts: readonly Fact[];
  /** How many are kept, and how many are kept no longer. */
  kept: number;
  dropped: number;
  /** What is shown of them, in words. */
  filter: string;
}

/**
 * What is shown as plain text to be pasted into an issue: a block of Markdown, one line an event, in
 * the words of the terminal. Sids are shortened, since they are the keys to their sessions.
 */
export function transcriptOf({ step, lanes, pids, facts, kept, dropped, filter }: Shown): string {
  const workers = lanes
    .filter(({ id }) => id !== REDIS_LANE.id)
    .map(({ id, name }) => `${name}${pids.get(id)?.pid ? ` (pid ${pids.get(id)?.pid})` : ""}`);
  const refused = facts.filter(({ tone, isRelayed }) => tone === "refused" && !isRelayed).length;
  const head = [
    step ? `Step ${step.number}: ${step.title}` : "No step",
    `Workers: ${workers.join(", ")}${lanes.includes(REDIS_LANE) ? "; with Redis" : ""}`,
    `Shown: ${facts.length} of ${kept} events (${filter}); ${refused} refused`,
    ...(dropped > 0 ? [`Dropped: the ${dropped} oldest; ${kept} are kept`] : []),
    ...(facts[0] ? [`From: ${new Date(facts[0].when).toISOString()}`] : []),
  ];
  const lines = facts.map((fact) => `${clock(fact.when)}  ${fact.line}`);
  return ["```text", ...head, "", ...lines, "```", ""].join("\n");
}

/** A moment of the day to the ms, where the reader is: `13:20:11.204`. */
export function clock(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
