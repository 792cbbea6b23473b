/** What a client has seen, by a clock in ms. */
export interface Moment {
  at: number;
  /** `failed`: what it has said was refused, or not acknowledged in time. */
  kind: "acknowledged" | "failed" | "disconnected";
  /** When it had said what was acknowledged, or was not. */
  said?: number;
}

/**
 * What is acknowledged later than this is as good as not served, in ms: about so long a person stays
 * with what he does (J. Nielsen, Usability Engineering, 1993, section 5.5).
 */
export const LATE = 1_000;

/**
 * For how long a fault keeps a client from being served: from the fault until the first acknowledgement
 * after the last trouble that the client has had since. Trouble is a lost connection, and something said
 * that is refused, lost or acknowledged late. So
 *
 * - of a worker that is killed, its clients count, until they are answered by another, and no client of
 *   others, who are answered all the time;
 * - in a reload, where workers go one after the other, the clients of the last one count from the
 *   beginning of it all until they are back, and whoever is hit twice counts until the second time;
 * - of a worker that freezes, its clients count until it is awake and has answered what they say then;
 * - while Redis is away, those count to whom nothing can be acknowledged without it.
 *
 * Gives undefined for a client that was not hit, and Infinity where it is not served again.
 */
export function unservedFor(moments: readonly Moment[], struckAt: number): number | undefined {
  const since = moments.filter(({ at }) => at >= struckAt);
  const last = since.findLastIndex(isTrouble);
  if (last === -1) return undefined;
  // What came late came after all: it ends its own trouble.
  const served = since.slice(last).find(({ kind }) => kind === "acknowledged");
  return served ? served.at - struckAt : Infinity;
}

function isTrouble({ kind, at, said = at }: Moment): boolean {
  return kind !== "acknowledged" || at - said > LATE;
}

/** Whether a client is served: what it has seen last is that something said after that time was heard. */
export function isServedSince(moments: readonly Moment[], time: number): boolean {
  const last = moments.at(-1);
  return last?.kind === "acknowledged" && (last.said ?? last.at) >= time;
}

/** What a fault has done to all clients. */
export interface Toll {
  /** How many of them were hit. */
  hit: number;
  /** Until the last of these was served again, in ms: 0 where none was hit, Infinity where one was not. */
  back: number;
}

/** The toll of a fault at that time. */
export function tollOf(clients: readonly (readonly Moment[])[], struckAt: number): Toll {
  const hit = clients.flatMap((moments) => unservedFor(moments, struckAt) ?? []);
  return { hit: hit.length, back: Math.max(0, ...hit) };
}
