import type { Finding } from "../../workshop/problems.ts";
import type { Utterance } from "./participant.ts";

/** What is wrong with what somebody has heard. */
export interface Misheard {
  kind: "missing" | "twice" | "order";
  /** One of the messages that it is about. */
  utterance: Utterance;
  /** Which ones of their sender's these are. */
  numbers: number[];
}

/**
 * Compares the ids of what somebody has heard with what each sender said, in its order. What others
 * have said besides does not count, unless it came twice.
 */
export function compare(
  heard: readonly unknown[],
  said: readonly (readonly Utterance[])[],
): Misheard | undefined {
  const known = new Map(said.flat().map((utterance) => [utterance.id, utterance]));
  const places = new Map<unknown, number>();
  const twice: Utterance[] = [];
  for (const [place, id] of heard.entries()) {
    const utterance = known.get(String(id));
    if (!utterance) continue;
    if (places.has(id)) twice.push(utterance);
    else places.set(id, place);
  }
  for (const utterances of said) {
    const missing = utterances.filter(({ id }) => !places.has(id));
    const late = utterances.filter(({ id }, at) => {
      const before = utterances[at - 1];
      return before && (places.get(id) ?? 0) < (places.get(before.id) ?? 0);
    });
    const found =
      describe("missing", missing) ??
      describe("twice", ofOne(twice, utterances)) ??
      describe("order", late);
    if (found) return found;
  }
  return undefined;
}

function ofOne(all: readonly Utterance[], utterances: readonly Utterance[]): Utterance[] {
  return all.filter(({ by }) => by === utterances[0]?.by);
}

function describe(kind: Misheard["kind"], wrong: readonly Utterance[]): Misheard | undefined {
  const [utterance] = wrong;
  return utterance && { kind, utterance, numbers: wrong.map(({ number }) => number) };
}

/** Where to look for the cause, given how often Redis keeps the message that it is about. */
export function whatWentWrong(
  kind: Misheard["kind"],
  kept: number,
): Pick<Finding, "look" | "hint"> {
  if (kind === "missing" && kept === 0) {
    return {
      look: { file: "server.ts", todo: "8.3" },
      hint: "It was acknowledged, and Redis does not keep it. An acknowledgement says that it is kept: it comes after that, or not at all.",
    };
  }
  if (kind === "missing") {
    return {
      look: { file: "catch-up.ts", todo: "8.4" },
      hint: "Redis keeps it, so it was not handed on. Does each worker follow the stream, and does who comes back enter its room in the same tick in which it has caught up with the cursor?",
    };
  }
  if (kind === "twice" && kept > 1) {
    return {
      look: { file: "history.ts", todo: "8.1" },
      hint: `Redis keeps it ${kept} times. A message that is sent again has the same id: whether that is known is asked in Redis, in the same step that keeps it.`,
    };
  }
  if (kind === "twice") {
    return {
      look: { file: "catch-up.ts", todo: "8.4" },
      hint: "Redis keeps it once, so it was handed on twice: what a client has caught up with must not come to it from the tail as well, nor from another worker.",
    };
  }
  return {
    look: { file: "tail.ts", todo: "8.2" },
    hint: "In the stream all messages have one order. Is something handed on past it, or is something awaited between two messages?",
  };
}
