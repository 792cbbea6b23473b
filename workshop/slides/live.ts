import { runningSession } from "../session-note.ts";

/** What a slide can show of the session that runs in this clone. */
export interface Live {
  step: number;
  /** Where its app is. */
  url: string;
  /** What `url` leads to: the app's own page, or a lens on the whole cluster. */
  shows: "app" | "lens";
}

/**
 * What runs now. A session that has a lens says where it is in its note, as `lens`; else the app itself
 * is shown.
 */
export function liveSession(): Live | undefined {
  const note = runningSession();
  if (!note?.url) return undefined;
  const lens: unknown = Reflect.get(note, "lens");
  return typeof lens === "string"
    ? { step: note.step, url: lens, shows: "lens" }
    : { step: note.step, url: note.url, shows: "app" };
}
