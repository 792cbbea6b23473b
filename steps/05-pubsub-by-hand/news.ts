import type { Said } from "../../page/events.ts";

/** What one worker tells the others. */
export interface News {
  /** The worker that tells it, and has told its own clients already. */
  origin: string;
  said: Said;
}

/**
 * Reads what came over the channel. Undefined for what is no news: whoever reaches Redis can
 * publish there, whatever they like. What else is in it is left out.
 */
export function readNews(raw: string): News | undefined {
  try {
    const news: unknown = JSON.parse(raw);
    return isNews(news) ? { origin: news.origin, said: pick(news.said) } : undefined;
  } catch {
    return undefined;
  }
}

function isNews(value: unknown): value is News {
  return isObject(value) && typeof value.origin === "string" && isSaid(value.said);
}

function isSaid(value: unknown): value is Said {
  return (
    isObject(value) &&
    typeof value.text === "string" &&
    value.text.length >= 1 &&
    value.text.length <= 500 &&
    typeof value.from === "string" &&
    value.from.length >= 1 &&
    value.from.length <= 20 &&
    isObject(value.worker) &&
    typeof value.worker.instance === "number" &&
    typeof value.worker.pid === "number"
  );
}

/** What has been looked at, and no more: it goes on to every client. */
function pick({ text, from, worker: { instance, pid } }: Said): Said {
  return { text, from, worker: { instance, pid } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
