import type { Claims, Share } from "./cells.ts";

/** How many of how many. */
export interface Count {
  held: number;
  of: number;
  /** Why the others did not: `40 × xhr post error`. */
  reasons?: string[] | undefined;
}

/** What was measured of a cell. */
export interface Figures {
  /** Who connected at first try, one after the other, of clients as they are by default … */
  byDefault: Count;
  /** … with WebSocket only … */
  webSocket: Count;
  /** … with polling only. */
  polling: Count;
  /** How many messages came to somebody who should hear them. */
  messages: Count;
  /** How many page loads came to a WebSocket, and no request of theirs was refused. */
  pages: Count;
}

/** Up to one in eight is chance: requests that happened to meet the same worker. */
const CHANCE = 1 / 8;

export function shareOf({ held, of }: Count): Share {
  if (held === of && of > 0) return "all";
  return held <= of * CHANCE ? "none" : "some";
}

/** What figures show, whatever the numbers. One person who hears himself is nobody. */
export function claimsOf(figures: Figures): Claims {
  return {
    byDefault: shareOf(figures.byDefault),
    webSocket: shareOf(figures.webSocket),
    polling: shareOf(figures.polling),
    messages: figures.messages.of <= 1 ? "nobody" : shareOf(figures.messages),
    // A browser keeps connections, and with them a worker: here and there one gets through.
    pages: shareOf(figures.pages) === "all" ? "all" : "not all",
  };
}

export const TITLES: Record<keyof Claims, string> = {
  byDefault: "clients by default that connect",
  webSocket: "clients over WebSocket only that connect",
  polling: "clients by polling only that connect",
  messages: "messages that arrive",
  pages: "pages that come to a WebSocket unrefused",
};

/** What was seen and is not what must be: `messages that arrive: 16 of 64, and not all`. */
export function deviations(figures: Figures, claims: Claims): string[] {
  const seen = claimsOf(figures);
  return (Object.keys(TITLES) as (keyof Claims)[])
    .filter((key) => seen[key] !== claims[key])
    .map(
      (key) =>
        `${TITLES[key]}: ${textOf(figures[key])}, and not ${claims[key]}${reasonsOf(figures[key])}`,
    );
}

/** `16 of 64` */
export function textOf({ held, of }: Count): string {
  return `${held} of ${of}`;
}

function reasonsOf({ reasons }: Count): string {
  return reasons?.length ? ` (${reasons.join(", ")})` : "";
}
